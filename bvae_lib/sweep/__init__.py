"""Train objectives over values and seeds: a tidy table, one row a run, on this machine or on a Dask cluster.

    from bvae_lib.sweep import sweep

    table = sweep([BetaVAE(beta) for beta in (1, 4, 16)], "dsprites", seeds=range(5), folder="runs/sweep",
                  fit={"steps": 5_000}, jobs=2)
    table.groupby("arguments").D.agg(["mean", "std"])

The same call, with ``backend="dask", scheduler="tcp://head:8786"`` in place of ``jobs``, runs on a cluster whose
workers import the same library and see the same ``folder``. It is made for up to some hundred machines:

What a run costs. One core; ``steps`` steps, then one ``metrics.report``. A worker opens the images once and keeps them
for its next run: dSprites is drawn in seconds into 377 MB, and nothing has to be copied to a machine beforehand. So
runs that are as many as the cores take as long as one does; with more, the last round may leave cores idle, which many
short runs do less than few long ones. Start one process a core with one thread (``dask worker --nworkers N --nthreads
1``): threads of one process share a random generator and wait for one another.

What moves. To a worker the description of its run, about 1 kB; back from it the row, about 1 kB without measures, 3 kB
with all. Through the folder, a checkpoint of 6 MB (10 latents) before the first step and every 500 steps, by each
worker: 100 machines of 16 cores at 30 steps a second each write 600 MB a second, more than a common file server takes.
There, let ``folder`` be on a disk of each machine: the row comes back by itself, and is stored where ``sweep`` was
called. What is then lost is only that a killed run goes on from its checkpoint on another machine; it begins again.

What a death costs. Of a worker: the steps since the last checkpoint, at most 500; Dask gives the run to another worker,
and after four deaths at the same run the row says so (``KilledWorker``). Of the scheduler, or of the program that
called ``sweep``: rows that are not finished say that they were cut off, or there is no table; workers stop. Finished
rows are in the folder, the others go on from their checkpoints, and the same call runs what is missing. Nothing but
the folder has a state that matters.

Two calls may share a folder, also at the same time and on several machines. Each file is whole or absent, its name
says which run it is of, and whoever writes it writes the same: at worst a run is done twice. There are no locks, which
a network's file systems keep badly and the dead hold for ever.
"""

from .all_runs import sweep
from .kept import load_run
from .table import load_table, save_table

__all__ = ["load_run", "load_table", "save_table", "sweep"]
