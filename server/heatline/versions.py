"""Whether a client and an agent understand each other."""

from __future__ import annotations


def mismatch(client: str, client_protocol: int, agent: str, agent_protocol: object) -> str:
    """One line that says how a client and an agent differ; empty where they speak the same protocol.

    Parameters
    ----------
    client, agent : their versions of heatline.
    agent_protocol : whatever the agent said it speaks.
    """
    if client_protocol == agent_protocol:
        return ""
    return f"client heatline {client} speaks protocol {client_protocol}, agent heatline {agent} speaks {agent_protocol}"
