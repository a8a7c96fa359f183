package io.nurs.netlink.conntrack;

import static io.nurs.netlink.SocketFilter.*;
import static io.nurs.netlink.SocketFilter.Instruction.jump;
import static io.nurs.netlink.SocketFilter.Instruction.statement;

import io.nurs.netlink.NetlinkMessage;
import io.nurs.netlink.SocketFilter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Filters for sockets that listen to conntrack events. */
public final class ConntrackEventFilter {
    private static final int ATTRIBUTE_HEADER_BYTES = 4;
    /** nfgenmsg.nfgen_family, behind nlmsghdr */
    private static final int FAMILY_OFFSET = 16;

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

    /**
     * Passes events of entries that are of this kind; {@link SocketFilter#NONE} if all are.
     *
     * @param family AF_INET or AF_INET6; AF_UNSPEC for both
     * @param protocols IP protocol numbers; none for all
     * @param mark value under {@code markMask}; an entry without a mark has 0
     * @param markMask 0 for all marks
     */
    public static SocketFilter choosing(int family, Set<Integer> protocols, int mark, int markMask) {
        List<Instruction> program = new ArrayList<>();
        if (family != ConntrackRequests.AF_UNSPEC) {
            program.add(statement(BPF_LD | BPF_B | BPF_ABS, FAMILY_OFFSET));
            requireOneOf(program, Set.of(family));
        }
        if (!protocols.isEmpty()) {
            program.add(statement(BPF_LD | BPF_IMM, NetlinkMessage.NETFILTER_HEADER_BYTES));
            find(program, ConntrackAttribute.CTA_TUPLE_ORIG, SKF_AD_NLATTR);
            find(program, ConntrackAttribute.CTA_TUPLE_PROTO, SKF_AD_NLATTR_NEST);
            find(program, ConntrackAttribute.CTA_PROTO_NUM, SKF_AD_NLATTR_NEST);
            program.add(statement(BPF_MISC | BPF_TAX, 0));
            program.add(statement(BPF_LD | BPF_B | BPF_IND, ATTRIBUTE_HEADER_BYTES));
            requireOneOf(program, protocols);
        }
        if (markMask != 0) {
            program.add(statement(BPF_LD | BPF_IMM, NetlinkMessage.NETFILTER_HEADER_BYTES));
            find(program, ConntrackAttribute.CTA_MARK, SKF_AD_NLATTR);
            // The kernel leaves out a mark of 0, and so is what was found.
            program.add(jump(BPF_JMP | BPF_JEQ | BPF_K, 0, 2, 0));
            program.add(statement(BPF_MISC | BPF_TAX, 0));
            program.add(statement(BPF_LD | BPF_W | BPF_IND, ATTRIBUTE_HEADER_BYTES));
            program.add(statement(BPF_ALU | BPF_AND | BPF_K, markMask));
            requireOneOf(program, Set.of(mark));
        }
        if (program.isEmpty()) {
            return NONE;
        }
        program.add(statement(BPF_RET | BPF_K, ACCEPT));
        return new SocketFilter(program);
    }

    /** From offset A to that of an attribute, 0 if there is none. */
    private static void find(List<Instruction> program, int attribute, int extension) {
        program.add(statement(BPF_LDX | BPF_IMM, attribute));
        program.add(statement(BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF + extension));
    }

    /** Goes on if A is one of these, of which there may be 250: a jump is 8 bits long. */
    private static void requireOneOf(List<Instruction> program, Set<Integer> values) {
        int left = values.size();
        for (int value : values) {
            program.add(jump(BPF_JMP | BPF_JEQ | BPF_K, value, left, 0));
            left--;
        }
        program.add(statement(BPF_RET | BPF_K, REJECT));
    }
}
