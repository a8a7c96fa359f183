package io.nurs.appliance.config;

/** The kernel interface Netty waits on; AUTO takes io_uring where the kernel allows it, else epoll. */
public enum Transport {
    EPOLL("epoll"),
    IO_URING("io_uring"),
    AUTO("auto");

    private final String word;

    Transport(String word) {
        this.word = word;
    }

    @Override
    public String toString() {
        return word;
    }
}
