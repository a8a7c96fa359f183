package io.nurs.appliance.output;

/** Does it the first time. For one thread. */
final class Once implements Runnable {
    private final Runnable task;
    private boolean done;

    Once(Runnable task) {
        this.task = task;
    }

    @Override
    public void run() {
        if (!done) {
            done = true;
            task.run();
        }
    }
}
