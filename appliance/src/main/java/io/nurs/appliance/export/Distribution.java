package io.nurs.appliance.export;

import io.nurs.appliance.config.DistributionMode;
import io.nurs.appliance.source.ConntrackFlow;
import io.nurs.netlink.conntrack.TupleView;
import java.util.List;

/**
 * Who of several gets a flow. Hashing is by highest random weight: each member's name and the conversation make a number, and
 * the member with the largest has the conversation. So when one goes, down or out of the list, its share spreads over the
 * others, and nobody else's conversation moves; when it is back, so is its share. The numbers depend on nothing but names and
 * original tuples: all reports of a conversation, in both directions, in every reader and after a restart, agree.
 *
 * <p>On an event loop; choosing allocates nothing.
 */
public final class Distribution {
    /** What {@link #choose} answers when each member is to get the flow. */
    public static final int ALL = -1;

    // FNV-1a's
    private static final long FNV_BASIS = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private final DistributionMode mode;
    private final Member[] members;
    private final long[] names;

    /** One who may get flows. */
    public interface Member {
        /** Unique among the members; the same name has the same share, wherever it stands in the list. */
        String name();

        /** Whether what it is sent is likely to arrive. */
        boolean isUp();
    }

    public Distribution(DistributionMode mode, List<? extends Member> members) {
        this.mode = mode;
        this.members = members.toArray(Member[]::new);
        this.names = members.stream().mapToLong(member -> hash(member.name())).toArray();
        if (this.members.length == 0) {
            throw new IllegalArgumentException("no members");
        }
    }

    /** The one member, by its place in the list, that gets this flow, or {@link #ALL}. */
    public int choose(ConntrackFlow flow) {
        return choose(flow.original(), flow.zone());
    }

    /**
     * As {@link #choose(ConntrackFlow)}, for what is told of a conversation otherwise. While nobody is up it is the member that
     * would have it if all were: that one counts what is lost, or keeps it.
     *
     * @param original as the first packet came in
     * @param zone of both directions, CTA_ZONE; one of the original direction alone is the tuple's
     */
    public int choose(TupleView original, int zone) {
        return switch (mode) {
            case MIRROR -> ALL;
            case HASH -> heaviest(TupleHash.of(original, zone));
            case FAILOVER -> firstUp();
        };
    }

    boolean isFailover() {
        return mode == DistributionMode.FAILOVER;
    }

    /** The first in the list, if nobody is up. */
    int firstUp() {
        for (int i = 0; i < members.length; i++) {
            if (members[i].isUp()) {
                return i;
            }
        }
        return 0;
    }

    private int heaviest(long conversation) {
        int heaviest = -1;
        int heaviestUp = -1;
        long weight = 0;
        long weightUp = 0;
        for (int i = 0; i < members.length; i++) {
            long own = TupleHash.mix(names[i] ^ conversation, TupleHash.WHITEN);
            if (heaviest < 0 || own > weight) {
                heaviest = i;
                weight = own;
            }
            if (members[i].isUp() && (heaviestUp < 0 || own > weightUp)) {
                heaviestUp = i;
                weightUp = own;
            }
        }
        return heaviestUp < 0 ? heaviest : heaviestUp;
    }

    private static long hash(String name) {
        long hash = FNV_BASIS;
        for (int i = 0; i < name.length(); i++) {
            hash = (hash ^ name.charAt(i)) * FNV_PRIME;
        }
        return TupleHash.mix(hash, TupleHash.FOLD);
    }
}
