"""The agent: answers the protocol's requests where the model lives.

jobs.py      a request under way, computed in steps that the carrier pulls
service.py   the requests and what answers them
computing.py those that compute
resolve.py   what a request names
models.py    models loaded by name, while nothing they were made of has changed
results.py   results that may be asked for again
export.py    results as files
samples.py   samples that came by value
live.py      models and samples among the variables of a live session, by handle: kinds.py says what is what,
             variables.py what is within reach, references.py how a handle keeps nothing alive
workspace.py models and samples of the agent's folder
batches.py   the entries of a batch
present.py   an attribution of the core as a message of the protocol
failures.py  exceptions as error objects
companion.py a process beside the agent, for its log and its end
rpc.py       JSON-RPC as carriers with a stream speak it
stdio.py     carrier: a subprocess that speaks JSON-RPC over stdin and stdout
pulled.py    requests of a live session, one call at a time; quiet.py keeps what is printed meanwhile out of it
kernel.py    carrier: inside a Jupyter kernel
debuggee.py  carrier: inside a program that debugpy has paused; frames.py is the frame as variables
bundle.py    the agent as bytes, for a front end that brings its own
loader.py    makes a package of those bytes in a foreign process
"""
