"""The agent: answers the protocol's requests where the model lives.

jobs.py      a request under way, computed in steps that the carrier pulls
service.py   the requests and what answers them
samples.py   samples that came by value
live.py      models and samples among the variables of a live session
present.py   an attribution of the core as a message of the protocol
failures.py  exceptions as error objects
rpc.py       JSON-RPC as carriers with a stream speak it
stdio.py     carrier: a subprocess that speaks JSON-RPC over stdin and stdout
kernel.py    carrier: inside a Jupyter kernel, one call at a time
bundle.py    the agent as bytes, for a front end that brings its own
loader.py    makes a package of those bytes in a foreign process
"""
