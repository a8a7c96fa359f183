package io.nurs.appliance.source;

import static io.nurs.netlink.nftables.NftablesAttribute.*;

import io.nurs.netlink.nftables.NftablesTrace;
import io.nurs.netlink.packet.PacketField;
import io.nurs.netlink.packet.PacketHeaders;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One step of a traced packet through the rules, with the packet's headers where the step tells them: that is the first one in
 * each base chain. Borrowed, one for each source: it holds until the next one.
 */
public final class NftablesStep implements NftablesObservation {
    private static final int IPV4_BYTES = 20;
    private static final int IPV4_MOST_BYTES = 60;
    private static final int IPV6_BYTES = 40;
    private static final int TRANSPORT_BYTES = 20;
    private static final int IPV6_NEXT_HEADER = 6;

    /** The two headers one behind the other, as a packet has them; in the kernel's message they stand apart. */
    private final MemorySegment packet = Arena.ofAuto().allocate(IPV4_MOST_BYTES + TRANSPORT_BYTES);

    private final PacketHeaders headers = new PacketHeaders();
    private @Nullable NftablesTrace trace;
    private long timeMillis;

    NftablesStep() {}

    /** Goes to a step. */
    NftablesStep of(NftablesTrace step, long nowMillis) {
        trace = step;
        timeMillis = nowMillis;
        headers.wrapNetwork(packet, 0, copy(step), 0);
        return this;
    }

    /** Whether nft shows it: at the end of a chain's rules the kernel may send one of a rule that there is not. */
    static boolean isShown(NftablesTrace step) {
        return step.type() != NFT_TRACETYPE_RULE || step.ruleHandle() != 0;
    }

    private int copy(NftablesTrace step) {
        int network = step.networkHeaderLength();
        if (network != IPV4_BYTES && network != IPV6_BYTES) {
            return 0;
        }
        MemorySegment.copy(step.memory(), step.networkHeaderOffset(), packet, 0, network);
        int end = network;
        if (network == IPV4_BYTES) {
            // Options are left out of what the kernel tells, and stay 0 here.
            end = Math.max(IPV4_BYTES, (packet.get(ValueLayout.JAVA_BYTE, 0) & 0xf) * 4);
            for (int at = network; at < end; at++) {
                packet.set(ValueLayout.JAVA_BYTE, at, (byte) 0);
            }
        } else if (hasExtensions(packet.get(ValueLayout.JAVA_BYTE, IPV6_NEXT_HEADER) & 0xff)) {
            // They are left out too, so that nobody can say what the transport is.
            return network;
        }
        int transport = Math.min(step.transportHeaderLength(), TRANSPORT_BYTES);
        if (transport == 0) {
            return network;
        }
        MemorySegment.copy(step.memory(), step.transportHeaderOffset(), packet, end, transport);
        return end + transport;
    }

    private static boolean hasExtensions(int nextHeader) {
        return switch (nextHeader) {
            case PacketHeaders.HOP_BY_HOP,
                    PacketHeaders.ROUTING,
                    PacketHeaders.FRAGMENT,
                    PacketHeaders.AH,
                    PacketHeaders.DESTINATION_OPTIONS,
                    PacketHeaders.MOBILITY -> true;
            default -> false;
        };
    }

    /** What the kernel said. */
    public NftablesTrace trace() {
        return Objects.requireNonNull(trace);
    }

    /** What is known of the packet: nothing at most steps. */
    public PacketHeaders headers() {
        return headers;
    }

    /** Unix time when it was read here; the kernel tells none. */
    public long timeMillis() {
        return timeMillis;
    }

    /** "rule", "return" at the end of a chain that was jumped to, or "policy" at the end of a base chain. */
    public String type() {
        return switch (trace().type()) {
            case NFT_TRACETYPE_RULE -> "rule";
            case NFT_TRACETYPE_RETURN -> "return";
            case NFT_TRACETYPE_POLICY -> "policy";
            default -> "unknown";
        };
    }

    /** The rule's verdict, or the chain's policy. */
    public String verdict() {
        return NftablesNames.verdict(trace().hasPolicy() ? trace().policy() : trace().verdict());
    }

    /** Where a jump leads; empty without one. */
    public String jumpTarget() {
        return Objects.requireNonNullElse(trace().jumpTarget(), "");
    }

    public boolean isIpv4() {
        return headers.isIpv4() && headers.hasDestination();
    }

    public boolean isIpv6() {
        return headers.isIpv6() && headers.hasDestination();
    }

    /** In network order, 4 octets or 16. */
    public void copySource(MemorySegment to, long at) {
        MemorySegment.copy(headers.memory(), headers.sourceOffset(), to, at, headers.isIpv6() ? 16 : 4);
    }

    /** As {@link #copySource}. */
    public void copyDestination(MemorySegment to, long at) {
        MemorySegment.copy(headers.memory(), headers.destinationOffset(), to, at, headers.isIpv6() ? 16 : 4);
    }

    /** Type in the upper octet and code in the lower; 0 unless it is ICMP or ICMPv6. */
    public int icmpTypeCode() {
        return headers.isIpv6()
                ? (int) (headers.value(PacketField.ICMPV6_TYPE) << 8 | headers.value(PacketField.ICMPV6_CODE))
                : (int) (headers.value(PacketField.ICMP_TYPE) << 8 | headers.value(PacketField.ICMP_CODE));
    }
}
