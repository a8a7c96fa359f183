package io.nurs.netlink;

import io.netty.channel.DefaultChannelConfig;

/** Tells its channel, in its event loop, that auto-read was switched off: no batch may come after that. */
final class NetlinkChannelConfig extends DefaultChannelConfig {
    private final Runnable pause;

    NetlinkChannelConfig(NetlinkChannel channel, Runnable pause) {
        super(channel);
        this.pause = pause;
    }

    @Override
    protected void autoReadCleared() {
        if (!channel.isRegistered() || channel.eventLoop().inEventLoop()) {
            pause.run();
        } else {
            channel.eventLoop().execute(this::pauseStill);
        }
    }

    private void pauseStill() {
        if (!isAutoRead()) {
            pause.run();
        }
    }
}
