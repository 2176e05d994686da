/**
 * Stands in the environment of the daemon and of all that it starts but runs. One that a run
 * started, by a `git exp add` of its own, is told by it from the run's processes.
 */
export const DAEMON_MARK = 'GIT_EXP_DAEMON=1'
