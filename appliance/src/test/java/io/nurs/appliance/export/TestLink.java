package io.nurs.appliance.export;

import io.netty.channel.Channel;

/** A channel that is always up, or not worth waiting for if a test says so. */
final class TestLink implements Link {
    private final Channel channel;
    private boolean hopeless;

    TestLink(Channel channel) {
        this.channel = channel;
    }

    void giveUp() {
        hopeless = true;
    }

    @Override
    public Channel channel() {
        return channel;
    }

    @Override
    public boolean isUp() {
        return true;
    }

    @Override
    public boolean isCut() {
        return false;
    }

    @Override
    public boolean isWorthWaitingFor() {
        return !hopeless;
    }

    @Override
    public long lostMessages() {
        return 0;
    }

    @Override
    public long lostRecords() {
        return 0;
    }

    @Override
    public void onChange(Runnable action) {}
}
