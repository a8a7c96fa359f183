package io.nurs.appliance.command;

/** What signals ask of a run: kept until its thread comes to it. Several wishes to reload are one; a stop goes first. */
final class Orders {
    private boolean stop;
    private boolean reload;

    synchronized void stop() {
        stop = true;
        notifyAll();
    }

    synchronized void reload() {
        reload = true;
        notifyAll();
    }

    /** Waits for an order; true for a reload, false for the end. */
    synchronized boolean awaitReload() throws InterruptedException {
        while (!stop && !reload) {
            wait();
        }
        reload = false;
        return !stop;
    }
}
