"""A process with four logical CPU devices, which runs functions for tests.

TensorFlow divides a device only before it starts, and takes long to start: one
process serves a whole session. A function that fails or takes too long ends
it, for a collective operation that failed can break what comes after it; the
next function gets a process of its own.
"""

import multiprocessing
import traceback

SECONDS = 300


class FourDevices:
    """Runs functions where there are the devices CPU:0 to CPU:3."""

    def __init__(self):
        self._process = self._connection = None

    def run(self, function, *args, seconds=SECONDS, **kwargs):
        """Calls a function there.

        Args:
            function: a function of a module; it and its arguments are pickled.
            *args: its arguments.
            seconds: after how long it is killed.
            **kwargs: its arguments by name.

        Returns:
            What it returns, which is pickled too.

        Raises:
            AssertionError: if it raises, takes too long or ends its process.
        """
        if self._process is None:
            self._start()
        self._connection.send((function, args, kwargs))
        error = f"{function.__name__} took longer than {seconds} s"
        if self._connection.poll(seconds):
            try:
                result, error = self._connection.recv()
            except EOFError:
                error = f"{function.__name__} ended its process"
            if error is None:
                return result
        self.close()
        raise AssertionError(error)

    def close(self):
        """Ends the process."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._connection.close()
            self._process = self._connection = None

    def _start(self):
        # Not a fork: what TensorFlow has begun would not go on in it.
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(
            target=_serve, args=(theirs,), daemon=True
        )
        self._process.start()
        theirs.close()


def _serve(connection):
    import tensorflow as tf

    (cpu,) = tf.config.list_physical_devices("CPU")
    tf.config.set_logical_device_configuration(
        cpu, [tf.config.LogicalDeviceConfiguration()] * 4
    )
    import keras

    while True:
        try:
            function, args, kwargs = connection.recv()
        except EOFError:
            return
        try:
            answer = function(*args, **kwargs), None
        except BaseException:
            answer = None, traceback.format_exc()
        connection.send(answer)
        keras.backend.clear_session(free_memory=False)
