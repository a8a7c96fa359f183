package io.nurs.netlink.conntrack;

import static io.nurs.netlink.SocketFilter.*;
import static io.nurs.netlink.SocketFilter.Instruction.jump;
import static io.nurs.netlink.SocketFilter.Instruction.statement;

import io.nurs.netlink.NetlinkMessage;
import io.nurs.netlink.SocketFilter;

/** Filters for sockets that listen to conntrack events. */
public final class ConntrackEventFilter {
    private static final int ATTRIBUTE_HEADER_BYTES = 4;

    private ConntrackEventFilter() {}

    /**
     * Passes one reader's share of the events, so that {@code readers} sockets get each event once between them: those with
     * {@link ConntrackMessage#id()}, unsigned, modulo {@code readers} equal to {@code reader}. All events of an entry go to
     * the same reader; what has no id goes to reader 0. {@link SocketFilter#NONE} for a single reader.
     *
     * @param reader from 0
     */
    public static SocketFilter share(int reader, int readers) {
        if (reader < 0 || reader >= readers) {
            throw new IllegalArgumentException("reader " + reader + " of " + readers);
        }
        if (readers == 1) {
            return NONE;
        }
        return SocketFilter.of(
                statement(BPF_LD | BPF_IMM, NetlinkMessage.NETFILTER_HEADER_BYTES),
                statement(BPF_LDX | BPF_IMM, ConntrackAttribute.CTA_ID),
                statement(BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF + SKF_AD_NLATTR),
                jump(BPF_JMP | BPF_JEQ | BPF_K, 0, reader == 0 ? 4 : 5, 0),
                statement(BPF_MISC | BPF_TAX, 0),
                // In network order, as BPF loads.
                statement(BPF_LD | BPF_W | BPF_IND, ATTRIBUTE_HEADER_BYTES),
                statement(BPF_ALU | BPF_MOD | BPF_K, readers),
                jump(BPF_JMP | BPF_JEQ | BPF_K, reader, 0, 1),
                statement(BPF_RET | BPF_K, ACCEPT),
                statement(BPF_RET | BPF_K, REJECT));
    }
}
