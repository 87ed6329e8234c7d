"""`heatline serve`: the agent on a machine with a GPU, for clients elsewhere, over a websocket.

limits.py   how much a client may send, ask for and leave unread
access.py   who may come in: the token, no browser, health checks
address.py  where to listen, and that beyond loopback only with TLS
allowed.py  what a client may ask: served models by name, samples by value
supervisor.py starts the process that computes, asks it for steps, ends it when one hangs
worker.py   that process; plan.py is what it is started with
turns.py    clients take turns, step by step
client.py   one client: its requests, its answers, and nobody else's
outbox.py   answers on their way to one client
server.py   the socket, from start to a graceful stop
log.py      what is logged, and what never is
"""
