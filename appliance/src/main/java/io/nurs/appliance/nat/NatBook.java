package io.nurs.appliance.nat;

import io.netty.channel.ChannelHandlerContext;
import io.nurs.netlink.conntrack.TupleView;
import java.security.SecureRandom;

/**
 * The translated sessions that live, and, where blocks are asked for, which inside address has how many of them on which outside
 * address and in which block of its ports. Says what has to be logged of a session's begin and end: the two, or, with blocks, only
 * that a binding or a block is the first's or was the last's.
 *
 * <p>Kept are 64-bit keys (see {@link NatMapping}) and counts. {@link #read} an entry first; the other methods are about that one.
 * For one event loop.
 */
public final class NatBook {
    private static final int MAX_PORT = 0xffff;

    private final int blockPorts;
    private final int maxSessions;
    private final NatStats stats;
    private final NatMapping session = new NatMapping(new SecureRandom().nextLong());
    private final CountTable live = new CountTable();
    /** Sessions of a binding, and sessions of a block; none without blocks. */
    private final CountTable shares = new CountTable();

    private final NatEvent event = new NatEvent();
    private long key;

    private int outside;
    private boolean severalOutside;

    /**
     * Of one source or reader.
     *
     * @param blockPorts ports of a block, 0 for none
     * @param maxSessions most that are kept; others are logged when they end
     */
    public NatBook(int blockPorts, int maxSessions, NatStats stats) {
        this.blockPorts = blockPorts;
        this.maxSessions = maxSessions;
        this.stats = stats;
    }

    /** Reads an entry's tuples, which must stay until the last call about it; false if nothing of it was translated. */
    public boolean read(int id, TupleView original, TupleView reply, int zone) {
        if (!session.set(original, reply, zone)) {
            return false;
        }
        key = session.sessionKey(id);
        return true;
    }

    /** Whether its begin was logged, and its end was not. */
    public boolean isLive() {
        return live.count(key) > 0;
    }

    /** Logs its begin; leaves it for its end if there is no room. */
    public void create(ChannelHandlerContext ctx, long timeNanos) {
        if (live.size() >= maxSessions) {
            stats.untracked++;
            return;
        }
        live.add(key);
        begin(ctx, timeNanos);
    }

    /**
     * Logs its end, and its begin too if that was not.
     *
     * @param startNanos when it began
     */
    public void delete(ChannelHandlerContext ctx, long startNanos, long timeNanos) {
        if (live.remove(key, timeNanos) < 0) {
            stats.late++;
            begin(ctx, startNanos);
        }
        end(ctx, timeNanos);
    }

    private void begin(ChannelHandlerContext ctx, long timeNanos) {
        stats.created++;
        noteOutside();
        if (blockPorts == 0) {
            fire(ctx, event.session(NatEvent.SESSION_CREATE, timeNanos, session));
            return;
        }
        if (shares.add(session.bindingKey()) == 1) {
            stats.bindings++;
            fire(ctx, event.binding(NatEvent.ADDRESS_BINDING_CREATE, timeNanos, session));
        }
        if (session.hasPort() && shares.add(session.blockKey(block())) == 1) {
            stats.blocks++;
            fire(ctx, block(NatEvent.PORT_BLOCK_ALLOCATION, timeNanos));
        }
    }

    private void end(ChannelHandlerContext ctx, long timeNanos) {
        stats.deleted++;
        if (blockPorts == 0) {
            fire(ctx, event.session(NatEvent.SESSION_DELETE, timeNanos, session));
            return;
        }
        // The kernel tells of expired entries when it comes by, in any order: the last one told need not be the last to
        // end.
        if (session.hasPort() && shares.remove(session.blockKey(block()), timeNanos) == 0) {
            stats.blocks--;
            fire(ctx, block(NatEvent.PORT_BLOCK_DEALLOCATION, shares.latest()));
        }
        if (shares.remove(session.bindingKey(), timeNanos) == 0) {
            stats.bindings--;
            fire(ctx, event.binding(NatEvent.ADDRESS_BINDING_DELETE, shares.latest(), session));
        }
    }

    private int block() {
        return session.outsidePort() / blockPorts;
    }

    private NatEvent block(int natEvent, long timeNanos) {
        int first = block() * blockPorts;
        return event.block(natEvent, timeNanos, session, first, Math.min(first + blockPorts - 1, MAX_PORT));
    }

    private void fire(ChannelHandlerContext ctx, NatEvent fired) {
        stats.events++;
        ctx.fireChannelRead(fired);
    }

    private void noteOutside() {
        int address = session.outsideAddress4();
        if (address != 0 && !severalOutside) {
            severalOutside = outside != 0 && outside != address;
            outside = address;
        }
    }

    /** The IPv4 address that all sources so far were translated to; 0 if there are several, or none. */
    public int onlyOutsideAddress() {
        return severalOutside ? 0 : outside;
    }

    /** Logs something about the whole. */
    public void tell(ChannelHandlerContext ctx, NatEvent about) {
        fire(ctx, about);
    }

    /** Translated sessions whose begin was logged, and whose end was not. */
    public int sessions() {
        return live.size();
    }
}
