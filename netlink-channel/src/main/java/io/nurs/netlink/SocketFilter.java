package io.nurs.netlink;

import io.nurs.netlink.libc.NetlinkSocket;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/**
 * A classic BPF program that decides for each datagram, before it is queued, whether a socket gets it. What it rejects takes
 * no room in the receive buffer and is no failure of delivery: no drop is counted, and NETLINK_BROADCAST_ERROR keeps nothing.
 *
 * <p>It sees answers to requests too, and what it rejects of them is lost: for sockets that only listen.
 *
 * @param instructions at most 4096; none means no filter
 */
public record SocketFilter(List<Instruction> instructions) {
    // linux/bpf_common.h
    public static final int BPF_LD = 0x00;
    public static final int BPF_LDX = 0x01;
    public static final int BPF_ALU = 0x04;
    public static final int BPF_JMP = 0x05;
    public static final int BPF_RET = 0x06;
    public static final int BPF_MISC = 0x07;
    public static final int BPF_W = 0x00;
    public static final int BPF_H = 0x08;
    public static final int BPF_B = 0x10;
    public static final int BPF_IMM = 0x00;
    public static final int BPF_ABS = 0x20;
    public static final int BPF_IND = 0x40;
    public static final int BPF_AND = 0x50;
    public static final int BPF_MOD = 0x90;
    public static final int BPF_JEQ = 0x10;
    public static final int BPF_K = 0x00;
    // linux/filter.h
    public static final int BPF_TAX = 0x00;
    public static final int SKF_AD_OFF = -0x1000;
    /** Loads the offset of the first attribute of type X at or behind offset A, or 0 if there is none. */
    public static final int SKF_AD_NLATTR = 12;
    /** Loads the offset of the first attribute of type X within the attribute at offset A, or 0 if there is none. */
    public static final int SKF_AD_NLATTR_NEST = 16;

    /** To return: the whole datagram. */
    public static final int ACCEPT = -1;
    /** To return: nothing. */
    public static final int REJECT = 0;

    /** No filter. */
    public static final SocketFilter NONE = new SocketFilter(List.of());

    private static final int BPF_MAXINSNS = 4096;

    /**
     * A sock_filter, linux/filter.h
     *
     * @param jumpIfTrue instructions to skip
     * @param jumpIfFalse instructions to skip
     */
    public record Instruction(int code, int jumpIfTrue, int jumpIfFalse, int operand) {
        /** BPF_STMT */
        public static Instruction statement(int code, int operand) {
            return new Instruction(code, 0, 0, operand);
        }

        /** BPF_JUMP */
        public static Instruction jump(int code, int operand, int jumpIfTrue, int jumpIfFalse) {
            return new Instruction(code, jumpIfTrue, jumpIfFalse, operand);
        }

        private void write(MemorySegment program, long offset) {
            program.set(ValueLayout.JAVA_SHORT, offset, (short) code);
            program.set(ValueLayout.JAVA_BYTE, offset + 2, (byte) jumpIfTrue);
            program.set(ValueLayout.JAVA_BYTE, offset + 3, (byte) jumpIfFalse);
            program.set(ValueLayout.JAVA_INT, offset + 4, operand);
        }
    }

    public SocketFilter {
        instructions = List.copyOf(instructions);
        if (instructions.size() > BPF_MAXINSNS) {
            throw new IllegalArgumentException(instructions.size() + " instructions: at most " + BPF_MAXINSNS);
        }
    }

    public static SocketFilter of(Instruction... instructions) {
        return new SocketFilter(List.of(instructions));
    }

    /** Returns {@code -errno} if the kernel refuses it: EINVAL for a program that is none. */
    int attach(NetlinkSocket socket) {
        if (instructions.isEmpty()) {
            return 0;
        }
        try (Arena arena = Arena.ofConfined()) {
            long bytes = (long) instructions.size() * NetlinkSocket.SOCK_FILTER_BYTES;
            MemorySegment program = arena.allocate(bytes, Integer.BYTES);
            for (int i = 0; i < instructions.size(); i++) {
                instructions.get(i).write(program, (long) i * NetlinkSocket.SOCK_FILTER_BYTES);
            }
            return socket.attachFilter(program);
        }
    }
}
