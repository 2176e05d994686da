-- The queue. The daemon alone writes here; everyone else reads. Times are milliseconds since 1970.
-- Every row can be built anew from refs and runs/ (daemon/rebuild.ts), so there are no migrations: a
-- database of an older version is kept aside and built anew.
pragma user_version = 6;

-- The daemon that holds the lock, or held it last: one row, written at its start. Readers look at the
-- process itself to learn whether it still lives. `machine` is what there is to give to runs; it is
-- known a moment later.
create table daemon (
  one            integer primary key check (one = 1),
  pid            integer not null,
  process_start  text    not null,
  boot           text    not null,
  version        text    not null,
  jobs           integer not null check (jobs > 0),
  machine        text    check (json_valid(machine)),
  started_at     integer not null
) strict;

-- One row a repository that ever queued here; added by ingest, which also notes the environment
-- that commits queued by the hook run in. The higher its turn, the later something of it was claimed.
create table repository (
  id          integer primary key,
  common_dir  text    not null unique,
  env         text,
  turn        integer not null default 0
) strict;

-- One row an experiment: added by ingest, changed by claim, by each phase of its run, by finish and
-- by the verbs. The states carry their own facts; the checks at the end are the law. `needs` is what
-- it asks of the machine, `reserved` is set by the claim that first passed it over, and `gate` says
-- whether what it comes after lets it start; the triggers below keep it. What was saved
-- without a run has succeeded with attempt 0.
create table experiment (
  number         integer primary key autoincrement,
  id             text    not null unique,
  repository     integer not null references repository (id),
  worktree       text,
  baseline       text    not null,
  branch         text,
  name           text    not null,
  folded_name    text    not null,
  snapshot       text    not null,
  executor       text    not null check (executor in ('temp-dir', 'in-place', 'celery')),
  workdir        text    not null,
  overrides      text    not null check (json_valid(overrides)),
  spec           text    not null check (json_valid(spec)),
  params         text    not null default '{}' check (json_valid(params)),
  metrics        text    not null default '{}' check (json_valid(metrics)),
  priority       integer not null default 0 check (priority between -100 and 100),
  keep           integer not null default 0 check (keep in (0, 1)),
  needs          text    not null check (json_valid(needs)),
  reserved       integer,
  gate           text    not null default 'open' check (gate in ('open', 'pending', 'shut')),
  env            text,
  ticket         text    not null,
  by_hook        integer not null default 0 check (by_hook in (0, 1)),
  queued_at      integer not null,
  state          text    not null check (state in (
                   'queued', 'held', 'running', 'succeeded', 'failed', 'stopped', 'timed-out',
                   'lost', 'refused', 'skipped')),
  phase          text    check (phase in ('materializing', 'setup', 'running', 'collecting')),
  reason_code    text    check (reason_code in (
                   'exit', 'signal', 'oom', 'not-found', 'not-executable', 'timeout', 'user', 'superseded',
                   'dependency', 'lost-supervisor', 'lost-reboot', 'workspace-changed',
                   'missing-object', 'disk', 'name-taken', 'remote')),
  reason_text    text,
  attempt        integer not null default 0 check (attempt >= 0),
  retries_used   integer not null default 0 check (retries_used >= 0),
  retry_at       integer,
  paused_at      integer,
  stop_asked_at  integer,
  stop_asked_by  text,
  to_notify      integer not null default 0 check (to_notify in (0, 1)),
  started_at     integer,
  ended_at       integer,
  exit_code      integer,
  signal         text,
  result         text,
  kept           text    not null default '[]' check (json_valid(kept)),
  workplace      text,
  starred        integer not null default 0 check (starred in (0, 1)),
  tags           text    not null default '[]' check (json_valid(tags)),
  note           text,
  unique (repository, baseline, folded_name),
  check ((state = 'running') = (phase is not null)),
  check ((state in ('queued', 'held', 'running')) = (ended_at is null)),
  check ((state in ('queued', 'held', 'running', 'succeeded')) = (reason_code is null)),
  check ((reason_code is null) = (reason_text is null)),
  check (state <> 'running' or attempt > 0),
  check (paused_at is null or state = 'running'),
  check (retry_at is null or (state in ('queued', 'held') and attempt > 0)),
  check (state <> 'succeeded' or (result is not null and (exit_code is 0 or attempt = 0))),
  check (state <> 'failed' or exit_code is not null or signal is not null)
) strict;

-- What claim reads: ready ones, best first.
create index experiment_ready
  on experiment (priority, repository, needs, reserved, number, executor, retry_at)
  where state = 'queued' and gate = 'open';
-- What is to be skipped.
create index experiment_shut on experiment (number)
  where gate = 'shut' and state in ('queued', 'held');
-- What the loop reads to know when the next retry is due.
create index experiment_retry on experiment (retry_at) where retry_at is not null;
-- What the loop reads to tell of what has ended.
create index experiment_to_notify on experiment (number) where to_notify = 1;
-- What slots and recovery read.
create index experiment_running on experiment (repository) where state = 'running';
-- What status and show read: the newest of a repository.
create index experiment_newest on experiment (repository, number desc);
-- What wait and status count.
create index experiment_state on experiment (repository, state);

-- What an experiment comes after, and whether that must have succeeded or only ended. Added by
-- ingest; gone with either.
create table dependency (
  experiment  integer not null references experiment (number) on delete cascade,
  after       integer not null references experiment (number) on delete cascade,
  must        text    not null check (must in ('succeed', 'end')),
  primary key (experiment, after),
  check (experiment <> after)
) strict, without rowid;

-- Who comes after an experiment.
create index dependency_after on dependency (after);

-- Where each dependency stands. In the order of the alphabet the worst is the last.
create view dependency_gate as
  select dependency.experiment, dependency.after, dependency.must, case
    when other.state in ('queued', 'held', 'running') then 'pending'
    when dependency.must = 'end' or other.state = 'succeeded' then 'open'
    else 'shut' end as gate
  from dependency join experiment as other on other.number = dependency.after;

-- An experiment's gate is the worst of its dependencies', whichever way one of them changes.
create trigger gate_after_state after update of state on experiment when old.state <> new.state begin
  update experiment set gate = (
    select max(gate) from dependency_gate where dependency_gate.experiment = experiment.number)
  where number in (select experiment from dependency where after = new.number);
end;
create trigger gate_after_insert after insert on dependency begin
  update experiment set gate = (
    select max(gate) from dependency_gate where dependency_gate.experiment = experiment.number)
  where number = new.experiment;
end;
create trigger gate_after_delete after delete on dependency begin
  update experiment set gate = coalesce((
    select max(gate) from dependency_gate where dependency_gate.experiment = experiment.number), 'open')
  where number = old.experiment;
end;

-- One row an experiment that a cluster runs, changed by each step of the daemon with the shared remote
-- and the broker. `remote` is its address, null where that is not known; `offered_at` is when it was asked to take it, `pushed_at` when that is known to
-- have it, `sent_at` when the broker has its newest message, the `publications`th, which went with
-- `sent_priority`; `cancelled_at` when the remote was told to stop it. `problem` says what it waits for.
-- What is followed was queued elsewhere and is not sent from here.
create table submission (
  experiment     integer primary key references experiment (number) on delete cascade,
  is_followed    integer not null default 0 check (is_followed in (0, 1)),
  remote         text,
  offered_at     integer,
  pushed_at      integer,
  sent_at        integer,
  publications   integer not null default 0 check (publications >= 0),
  sent_priority  integer,
  cancelled_at   integer,
  problem        text,
  check (pushed_at is null or offered_at is not null),
  check (sent_at is null or pushed_at is not null)
) strict;

-- What is on the cluster or on its way there.
create index experiment_cluster on experiment (repository, number)
  where executor = 'celery' and state in ('queued', 'running');

create trigger submission_of_arrival after insert on experiment when new.executor = 'celery' begin
  insert into submission (experiment) values (new.number);
end;
-- What is queued again, by a person or by `retries`, is submitted again.
create trigger submission_again after update of state on experiment
when new.executor = 'celery' and new.state = 'queued'
  and (new.retry_at is not null or old.state not in ('queued', 'held', 'running')) begin
  update submission set is_followed = 0, offered_at = null, pushed_at = null, sent_at = null,
    cancelled_at = null, problem = null
  where experiment = new.number;
end;
-- What goes before others now needs another message.
create trigger submission_priority after update of priority on experiment
when old.priority <> new.priority begin
  update submission set sent_at = null where experiment = new.number;
end;

-- One row a commit that an amend or a rebase replaced; added by ingest of what the hook says.
create table rewrite (
  repository  integer not null references repository (id),
  old         text    not null,
  new         text    not null,
  primary key (repository, old)
) strict;

-- One row an attempt: added by claim, completed when its supervisor is up and when it has ended. Its
-- GPUs are the indices that are its own until then; null where it was given none and sees all. One on a
-- cluster has a worker and its host, and no slot.
create table run (
  experiment        integer not null references experiment (number),
  attempt           integer not null check (attempt > 0),
  repository        integer not null references repository (id),
  slot              integer check (slot > 0),
  worker            text,
  host              text,
  gpus              text    check (json_valid(gpus)),
  claimed_at        integer not null,
  supervisor_pid    integer,
  supervisor_start  text,
  supervisor_boot   text,
  ended_at          integer,
  state             text,
  reason_code       text,
  reason_text       text,
  started_at        integer,
  exit_code         integer,
  signal            text,
  result            text,
  usage             text    check (json_valid(usage)),
  primary key (experiment, attempt),
  check ((supervisor_pid is null) = (supervisor_start is null)),
  check ((ended_at is null) = (state is null))
) strict;

-- No two live runs of a repository in one slot.
create unique index run_slot on run (repository, slot) where ended_at is null;

-- The answer to a ticket, by its id: written with the ticket's own rows, in one transaction, so
-- that a ticket that comes twice changes nothing.
create table receipt (
  ticket       text    primary key,
  verb         text    not null,
  answered_at  integer not null,
  refused      text
) strict;
