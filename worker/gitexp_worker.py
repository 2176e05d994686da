"""A Celery worker for git exp: it receives a message, holds the program that does the work on a
leash, relays what it says, and maps how it ended to what becomes of the message.

Whatever is to be decided about an experiment is decided in that program. `git exp worker start`
starts this module; it works with Celery 5.2.6 and newer.
"""
import fnmatch
import json
import os
import queue
import re
import subprocess
import sys
import threading
import time
from urllib.parse import unquote

import kombu
from celery import Celery, bootsteps
from celery.exceptions import Ignore, Reject
from celery.signals import worker_ready
from celery.utils.log import get_task_logger
from celery.worker.control import inspect_command
from kombu import Exchange, Queue

HOME = os.environ['GIT_EXP_WORKER_HOME']
COMMAND = json.loads(os.environ['GIT_EXP_WORKER_COMMAND'])
SUBSCRIBED = os.environ['GIT_EXP_WORKER_QUEUES'].split(',')
HEARTBEAT = int(os.environ.get('GIT_EXP_TEST_HEARTBEAT', '20'))
# How long Redis waits before it gives a message that is not refreshed to another worker; and for
# versions of kombu that refreshing is not known to work with, longer than any run.
VISIBLE = int(os.environ.get('GIT_EXP_TEST_VISIBILITY', '300'))
LONGEST = 10 * 86400
MAY_REFRESH = (5, 2) <= kombu.VERSION[:2] < (5, 8) and 'GIT_EXP_TEST_NO_REFRESH' not in os.environ
VISIBILITY = VISIBLE if MAY_REFRESH or 'GIT_EXP_TEST_VISIBILITY' in os.environ else LONGEST
# Exit codes of the program, as daemon/worker/main.ts has them.
DONE, NOT_MINE, LATER, NOT_HERE, GIVEN_BACK = 0, 10, 11, 12, 13
LATER_SECONDS = int(os.environ.get('GIT_EXP_TEST_LATER', '60'))
# So often may a message go round among workers that cannot take it; its job stays on the remote.
ROUNDS = 3

log = get_task_logger('gitexp')


def declared(name):
    """A queue as queues.json has it: a broker refuses one that is declared otherwise."""
    with open(os.environ['GIT_EXP_WORKER_DECLARATIONS'], encoding='utf-8') as file:
        for pattern, found in json.load(file).items():
            if fnmatch.fnmatchcase(name, pattern):
                return Queue(
                    name, Exchange('', type='direct'), routing_key=name,
                    durable=found['durable'], auto_delete=found['autoDelete'],
                    queue_arguments=found['arguments'])
    raise SystemExit(f'{name} is no queue of git exp')


def without_prefix(urls):
    """Redis' key prefix stands in the address, as the submitting side has it; Celery has it elsewhere."""
    found = re.search(r'[?&]global_keyprefix=([^&;]*)', urls)
    return re.sub(r'\?global_keyprefix=[^&;]*', '', urls), unquote(found[1]) if found else ''


broker, prefix = without_prefix(os.environ.pop('GIT_EXP_BROKER'))
is_redis = broker.startswith('redis')
app = Celery('gitexp', broker=broker)
app.conf.update(
    accept_content=['json'], task_serializer='json', result_serializer='json',
    event_serializer='json',
    task_queues=[declared(name) for name in SUBSCRIBED],
    task_default_queue=SUBSCRIBED[0], task_default_exchange='exp',
    task_create_missing_queues=False,
    task_acks_late=True, task_reject_on_worker_lost=True,
    task_acks_on_failure_or_timeout=True, task_ignore_result=True, result_backend=None,
    task_track_started=False, task_time_limit=None, task_soft_time_limit=None,
    worker_concurrency=1, worker_prefetch_multiplier=1, worker_pool='prefork',
    worker_max_tasks_per_child=None, worker_send_task_events=True, task_send_sent_event=False,
    worker_enable_remote_control=True, worker_deduplicate_successful_tasks=False,
    worker_cancel_long_running_tasks_on_connection_loss=False, worker_proc_alive_timeout=120,
    worker_detect_quorum_queues=False, worker_soft_shutdown_timeout=0,
    control_queue_exclusive=True, event_queue_exclusive=True,
    broker_heartbeat=HEARTBEAT, broker_connection_retry=True,
    broker_connection_retry_on_startup=True, broker_connection_max_retries=None,
    broker_transport_options={
        'visibility_timeout': VISIBILITY, 'queue_order_strategy': 'priority',
        'priority_steps': [0, 3, 6, 9], 'socket_keepalive': True, 'global_keyprefix': prefix,
    } if is_redis else {'confirm_publish': True},
)


@app.task(name='gitexp.run', bind=True, max_retries=None)
def run(self, *_, **payload):
    """Has one job done, and says what becomes of its message."""
    code = Leash(self.request, payload).hold()
    if code == DONE:
        return
    if code == NOT_MINE:
        raise Ignore()
    if code == GIVEN_BACK:
        raise Reject('it was given back', requeue=True)
    if code == NOT_HERE and self.request.retries >= ROUNDS:
        raise Reject('no worker takes it', requeue=False)
    if code in (LATER, NOT_HERE):
        self.retry(countdown=LATER_SECONDS)
    # The attempt was lost, the program was killed, or this is a fault of ours: it counts attempts itself.
    log.error('the program ended with %s', code)
    subprocess.run([*COMMAND, '--recover'], cwd='/', stdin=subprocess.DEVNULL, check=False)
    self.retry(countdown=min(60, 2 ** self.request.retries - 1))


class Leash:
    """The program that runs a job. Its stdin is what it lives by: when this process is gone, in
    whatever way, the kernel closes that pipe, and the program ends the run."""

    def __init__(self, request, payload):
        # The request is this thread's alone.
        self.node, self.id = request.hostname, request.id
        self.order = {'node': self.node, 'retries': request.retries, 'payload': payload}
        self.exp = payload.get('exp')
        self.telemetry = Telemetry(self.node, self.id, self.exp)
        self.child = None

    def hold(self):
        """Gives back the program's exit code, below 0 for a signal."""
        self.child = subprocess.Popen(
            COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd='/', start_new_session=True)
        try:
            self.tell(self.order)
            reader = threading.Thread(target=self.read, daemon=True)
            reader.start()
            try:
                code = self.child.wait()
            except BaseException:
                # Revoked, or this worker ends: the program looks whether it is to stop.
                self.child.terminate()
                self.child.wait()
                raise
            reader.join(5)
            return code
        finally:
            self.telemetry.end()
            self.child.stdin.close()

    def tell(self, what):
        try:
            self.child.stdin.write(json.dumps(what).encode() + b'\n')
            self.child.stdin.flush()
        except (OSError, ValueError):
            pass  # It has ended; its exit code says how.

    def read(self):
        for line in self.child.stdout:
            try:
                said = json.loads(line)
                if 'ask' in said:
                    self.tell({'holds': self.is_held_by(said['ask'])})
                elif 'log' in said:
                    self.telemetry.follow(said['log'], said['attempt'])
                elif 'pause' in said:
                    self.pause(said['pause'])
            except Exception as error:  # pylint: disable=broad-except
                log.warning('cannot do what the program said: %r', error)

    def is_held_by(self, node):
        """Whether another worker says that it runs this experiment."""
        try:
            replies = app.control.broadcast(
                'gitexp_info', destination=[node], reply=True, timeout=3) or []
        except Exception as error:  # pylint: disable=broad-except
            log.warning('cannot ask %s: %r', node, error)
            return False
        return any(
            isinstance(told, dict) and told.get('exp') == self.exp
            for reply in replies for told in reply.values())

    def pause(self, why):
        log.error('%s takes no more: %s', self.node, why)
        for name in SUBSCRIBED:
            app.control.cancel_consumer(name, destination=[self.node])


class Telemetry:
    """Sends a run's output on as events, from a thread of its own. It may lose any of them, and
    whatever goes wrong here never touches the run."""

    MOST_BYTES = 4096

    def __init__(self, node, task, exp):
        self.node, self.task, self.exp = node, task, exp
        self.wanted = queue.Queue(maxsize=1)
        self.thread = None

    def follow(self, path, attempt):
        self.thread = threading.Thread(target=self.relay, args=(path, attempt), daemon=True)
        self.thread.start()

    def end(self):
        if self.thread is not None:
            self.wanted.put(None)
            self.thread.join(2)

    def relay(self, path, attempt):
        offset, is_over = 0, False
        while not is_over:
            try:
                self.wanted.get(timeout=0.5)
                is_over = True
            except queue.Empty:
                pass
            try:
                size = os.stat(path).st_size
                # What is far behind is not worth sending: gitexp_tail has it.
                offset = max(offset, size - 16 * self.MOST_BYTES)
                while offset < size:
                    text, after = read_text(path, offset, self.MOST_BYTES)
                    if after == offset:
                        break
                    self.send({'attempt': attempt, 'offset': offset, 'text': text})
                    offset = after
            except Exception:  # pylint: disable=broad-except
                pass

    def send(self, fields):
        with app.events.default_dispatcher(hostname=self.node) as events:
            events.send('task-output', uuid=self.task, exp=self.exp, retry=False, **fields)


def read_text(path, offset, most):
    """At most so many bytes of a file as text, and where the next ones begin. A character that is
    cut in two is left for the next time, unless there is nothing else."""
    with open(path, 'rb') as file:
        file.seek(offset)
        found = file.read(most)
    whole = found
    for cut in range(1, 4):
        if len(found) > 3 and found[-cut] >= 0xC0:
            needed = 2 if found[-cut] < 0xE0 else 3 if found[-cut] < 0xF0 else 4
            if needed > cut:
                whole = found[:-cut]
            break
    return whole.decode('utf-8', 'replace'), offset + len(whole)


def current():
    """What the program wrote about the job it works on; None where it is not alive."""
    try:
        with open(os.path.join(HOME, 'current'), encoding='utf-8') as file:
            found = json.load(file)
        with open(f"/proc/{found['node']['pid']}/stat", encoding='utf-8') as file:
            start = file.read().rpartition(')')[2].split()[19]
        return found if start == found['node']['start'] else None
    except (OSError, ValueError, KeyError, IndexError):
        return None


@inspect_command()
def gitexp_info(_, **__):
    """What this worker does."""
    found = current() or {}
    disk = os.statvfs(HOME)
    return {
        'exp': found.get('exp'), 'attempt': found.get('attempt'), 'queues': SUBSCRIBED,
        'gpus': os.environ.get('CUDA_VISIBLE_DEVICES'),
        'disk_free': disk.f_bavail * disk.f_frsize,
    }


@inspect_command(args=[('exp', str), ('offset', int), ('max', int)])
def gitexp_tail(_, exp, offset=0, max=65536, **__):  # pylint: disable=redefined-builtin
    """The log of the newest attempt here, from an offset on; below 0 it counts from the end."""
    if not re.fullmatch(r'[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}', str(exp)):
        return {'error': 'that is no experiment'}
    folder = os.path.join(HOME, 'runs', exp)
    try:
        attempt = sorted((name for name in os.listdir(folder) if name.isdigit()), key=int)[-1]
        path = os.path.join(folder, attempt, 'log')
        size = os.stat(path).st_size
        first = int(offset) if int(offset) >= 0 else size + int(offset)
        first = min(size, first if first > 0 else 0)
        text, after = read_text(path, first, min(int(max), 1 << 20))
    except (OSError, ValueError, IndexError):
        return {'error': 'there is no log of it here'}
    return {'attempt': int(attempt), 'offset': first, 'next': after, 'size': size, 'text': text}


class Refresh(bootsteps.StartStopStep):
    """Keeps Redis from giving what runs here to another worker, however long it runs: each message
    that this worker holds is made young again. Looks for others' old ones as often."""

    requires = {'celery.worker.consumer.tasks:Tasks'}

    def __init__(self, consumer, **kwargs):
        super().__init__(consumer, **kwargs)
        self.timer = None

    def include_if(self, _):
        return is_redis and MAY_REFRESH

    def start(self, consumer):
        every = max(1, min(30, VISIBLE / 4))
        self.timer = consumer.timer.call_repeatedly(every, self.refresh, (consumer,))

    def stop(self, _):
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def refresh(self, consumer):
        from celery.worker import state
        try:
            channel = consumer.task_consumer.channel
            now = time.time()
            held = {req.message.delivery_tag: now for req in list(state.reserved_requests)}
            if held:
                with channel.conn_or_acquire() as client:
                    client.zadd(channel.unacked_index_key, held, xx=True)
            channel.qos.restore_visible(num=channel.unacked_restore_limit, interval=1)
        except Exception as error:  # pylint: disable=broad-except
            # The next look, or the visibility timeout, puts it right.
            log.warning('cannot refresh what is held: %r', error)


class Reconnect(bootsteps.StartStopStep):
    """RabbitMQ closes the channel of who works on a message longer than its consumer_timeout. Celery
    takes that for a fault of its own and dies, and what it runs with it; here it connects anew. The
    message goes to a worker that asks this one, which still runs the job, and waits."""

    requires = {'celery.worker.consumer.tasks:Tasks'}

    def __init__(self, consumer, **kwargs):
        super().__init__(consumer, **kwargs)
        if is_redis:
            return
        from amqp.exceptions import PreconditionFailed
        loop = consumer.loop

        def until_closed(*args, **kwargs):
            try:
                return loop(*args, **kwargs)
            except PreconditionFailed as error:
                raise ConnectionResetError(str(error)) from error

        consumer.loop = until_closed


for step in (Refresh, Reconnect):
    app.steps['consumer'].add(step)


@worker_ready.connect
def tell_ready(**_):
    """Who started this worker may wait for it."""
    with open(os.path.join(HOME, 'ready'), 'w', encoding='utf-8') as file:
        file.write('connected\n')


if __name__ == '__main__':
    app.worker_main(['worker', *sys.argv[1:]])
