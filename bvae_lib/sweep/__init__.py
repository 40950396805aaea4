"""Train objectives over values and seeds: a tidy table, one row a run, on this machine or on a Dask cluster.

For example::

    from bvae_lib.sweep import sweep

    table = sweep([BetaVAE(beta) for beta in (1, 4, 16)], "dsprites", seeds=range(5), folder="runs/sweep",
                  fit={"steps": 5_000}, jobs=2)
    table.groupby("arguments").D.agg(["mean", "std"])

The same call, with ``backend="dask", scheduler="tcp://head:8786"`` in place of ``jobs``, runs on a cluster whose
workers import the same library. It is planned for up to some hundred machines:

*What a run costs.* One core: ``steps`` steps, 9 to 34 a second by the cards of the zoo, then one ``metrics.report``. A
worker opens the images once and keeps them for its next run: dSprites is drawn in seconds into 377 MB, and nothing has
to be copied to a machine beforehand. With as many runs as cores a sweep takes as long as its longest run; with a few
more, most cores are idle in the last round. Start one process a core, of one thread (``dask worker tcp://head:8786
--nworkers 16 --nthreads 1``): threads of one process wait for one another. While a cluster has no worker, the call
waits for one.

*What moves.* To a worker the description of its run, half a kilobyte; back the row, 1 to 4 kB. Into the folder, by each
worker, a checkpoint of 6 MB before the first step and every 500 steps. A hundred machines of 16 cores, at 30 steps a
second on each core, write 600 MB a second, more than most file servers take. There, let ``folder`` be on a disk that
each machine has of its own. Rows then come back all the same and are stored where ``sweep`` was called; but a run whose
machine is lost begins again on another, and what ``files=True`` keeps stays where the run was.

*What a death costs.* Of a worker: the steps since the last checkpoint, at most 500. Dask gives the run to another
worker; if it kills four of them, its row says so (``KilledWorker``). Of the scheduler: the same for all runs at work,
whose rows say that the connection was lost; the workers stop. Of the program that called ``sweep``: the same, and there
is no table. Finished rows are in the folder, and the same call, to the new scheduler, does what is missing. Nothing but
the folder holds a state that matters.

Two calls may share a folder, also at the same time and from several machines. Each file is whole or absent, its name
says which run it is of, and whoever writes it writes a state of that run: at worst a run is done twice. There are no
locks, which network file systems keep badly and which outlive their owners there.
"""

from .all_runs import sweep
from .kept import load_run
from .table import load_table, save_table

__all__ = ["load_run", "load_table", "save_table", "sweep"]
