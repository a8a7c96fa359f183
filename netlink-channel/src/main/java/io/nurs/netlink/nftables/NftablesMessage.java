package io.nurs.netlink.nftables;

import static io.nurs.netlink.nftables.NftablesAttribute.*;

import io.nurs.netlink.AttributeCursor;
import io.nurs.netlink.NetlinkMessage;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** A borrowed view of one rule in a dump: where it stands, and the first counter in it. */
public final class NftablesMessage {
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

    private final AttributeCursor rule = new AttributeCursor();
    private final AttributeCursor list = new AttributeCursor();
    private final AttributeCursor expression = new AttributeCursor();
    private final AttributeCursor counter = new AttributeCursor();
    private MemorySegment memory = MemorySegment.NULL;
    private String table = "";
    private String chain = "";
    private long handle;
    private boolean hasCounter;
    private long packets;
    private long bytes;

    NftablesMessage() {}

    /** Reads a NFT_MSG_NEWRULE; false if it is malformed, and then the view must not be used. */
    boolean wrap(NetlinkMessage message) {
        memory = message.memory();
        table = "";
        chain = "";
        handle = 0;
        hasCounter = false;
        packets = 0;
        bytes = 0;
        long start = message.offset();
        rule.wrap(memory, start + NetlinkMessage.NETFILTER_HEADER_BYTES, start + message.length());
        while (rule.next()) {
            switch (rule.type()) {
                case NFTA_RULE_TABLE -> table = string(rule);
                case NFTA_RULE_CHAIN -> chain = string(rule);
                case NFTA_RULE_HANDLE -> handle = u64(rule);
                case NFTA_RULE_EXPRESSIONS -> readExpressions();
                default -> {}
            }
        }
        return !rule.malformed();
    }

    public String table() {
        return table;
    }

    public String chain() {
        return chain;
    }

    /** The kernel's number for the rule. NFTA_RULE_HANDLE */
    public long handle() {
        return handle;
    }

    /** Whether the rule has a counter. */
    public boolean hasCounter() {
        return hasCounter;
    }

    /** Packets that reached the rule's counter. NFTA_COUNTER_PACKETS */
    public long counterPackets() {
        return packets;
    }

    /** Their octets, IP header included, link header not. NFTA_COUNTER_BYTES */
    public long counterBytes() {
        return bytes;
    }

    private void readExpressions() {
        inside(list, rule);
        while (list.next() && !hasCounter) {
            inside(expression, list);
            boolean isCounter = false;
            // The kernel writes the name before the data.
            while (expression.next()) {
                if (expression.type() == NFTA_EXPR_NAME) {
                    isCounter = string(expression).equals("counter");
                } else if (expression.type() == NFTA_EXPR_DATA && isCounter) {
                    readCounter();
                }
            }
        }
    }

    private void readCounter() {
        hasCounter = true;
        inside(counter, expression);
        while (counter.next()) {
            if (counter.type() == NFTA_COUNTER_PACKETS) {
                packets = u64(counter);
            } else if (counter.type() == NFTA_COUNTER_BYTES) {
                bytes = u64(counter);
            }
        }
    }

    private void inside(AttributeCursor level, AttributeCursor outer) {
        level.wrap(memory, outer.valueOffset(), outer.valueOffset() + outer.valueLength());
    }

    private long u64(AttributeCursor cursor) {
        return cursor.valueLength() < Long.BYTES ? 0 : memory.get(U64, cursor.valueOffset());
    }

    /** Without the NUL at its end. */
    private String string(AttributeCursor cursor) {
        byte[] text = new byte[Math.max(cursor.valueLength() - 1, 0)];
        MemorySegment.copy(memory, ValueLayout.JAVA_BYTE, cursor.valueOffset(), text, 0, text.length);
        return new String(text, StandardCharsets.UTF_8);
    }
}
