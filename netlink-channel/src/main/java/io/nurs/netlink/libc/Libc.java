package io.nurs.netlink.libc;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/**
 * The system calls that Netty does not offer. Each returns what the call returned, or {@code -errno}, as the kernel itself
 * does; addresses are passed as {@code long}. Numbers are those of 64-bit Linux (x86_64, aarch64, riscv64 agree).
 */
@SuppressWarnings("restricted")
public final class Libc {
    public static final int AF_NETLINK = 16;
    public static final int SOCK_RAW = 3;
    public static final int SOCK_NONBLOCK = 0x800;
    public static final int SOCK_CLOEXEC = 0x80000;
    public static final int SOL_SOCKET = 1;
    public static final int SOL_NETLINK = 270;
    public static final int MSG_TRUNC = 0x20;
    public static final int MSG_DONTWAIT = 0x40;
    public static final int O_RDONLY = 0;
    public static final int O_CLOEXEC = 0x80000;
    public static final int CLONE_NEWNET = 0x40000000;
    public static final int SIGHUP = 1;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout CALL_STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO =
            CALL_STATE.varHandle(MemoryLayout.PathElement.groupElement("errno")).withInvokeExactBehavior();

    /**
     * Six integers at most are passed in registers of 64 bits, of which a function reads as many as it takes, and of an int the
     * lower half. So one descriptor serves all, and linking it, which takes milliseconds of the start, is done once.
     */
    private static final FunctionDescriptor SIX_REGISTERS =
            FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);

    private static final MethodHandle SOCKET = function("socket");
    private static final MethodHandle BIND = function("bind");
    private static final MethodHandle CONNECT = function("connect");
    private static final MethodHandle GETSOCKNAME = function("getsockname");
    private static final MethodHandle SETSOCKOPT = function("setsockopt");
    private static final MethodHandle GETSOCKOPT = function("getsockopt");
    private static final MethodHandle RECVMMSG = function("recvmmsg");
    private static final MethodHandle SENDTO = function("sendto");
    private static final MethodHandle OPEN = function("open");
    private static final MethodHandle CLOSE = function("close");
    private static final MethodHandle SETNS = function("setns");
    private static final MethodHandle UNSHARE = function("unshare");
    private static final MethodHandle KILL = function("kill");

    /** A thread's own place for errno: a socket may be asked from several threads. */
    private static final ThreadLocal<MemorySegment> STATE =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(CALL_STATE));

    private Libc() {}

    /** <a href="https://man7.org/linux/man-pages/man2/socket.2.html">socket(2)</a> */
    public static int socket(int domain, int type, int protocol) {
        return call(SOCKET, domain, type, protocol, 0, 0, 0);
    }

    /** <a href="https://man7.org/linux/man-pages/man2/bind.2.html">bind(2)</a> */
    public static int bind(int fd, long address, int addressLength) {
        return call(BIND, fd, address, addressLength, 0, 0, 0);
    }

    /** <a href="https://man7.org/linux/man-pages/man2/connect.2.html">connect(2)</a> */
    public static int connect(int fd, long address, int addressLength) {
        return call(CONNECT, fd, address, addressLength, 0, 0, 0);
    }

    /** <a href="https://man7.org/linux/man-pages/man2/getsockname.2.html">getsockname(2)</a> */
    public static int getsockname(int fd, long address, long addressLength) {
        return call(GETSOCKNAME, fd, address, addressLength, 0, 0, 0);
    }

    /** <a href="https://man7.org/linux/man-pages/man2/setsockopt.2.html">setsockopt(2)</a> */
    public static int setsockopt(int fd, int level, int option, long value, int valueLength) {
        return call(SETSOCKOPT, fd, level, option, value, valueLength, 0);
    }

    /** <a href="https://man7.org/linux/man-pages/man2/getsockopt.2.html">getsockopt(2)</a> */
    public static int getsockopt(int fd, int level, int option, long value, long valueLength) {
        return call(GETSOCKOPT, fd, level, option, value, valueLength, 0);
    }

    /** <a href="https://man7.org/linux/man-pages/man2/recvmmsg.2.html">recvmmsg(2)</a>, without its timeout. */
    public static int recvmmsg(int fd, long messages, int count, int flags) {
        MemorySegment state = STATE.get();
        try {
            return result(
                    (int) RECVMMSG.invokeExact(state, (long) fd, messages, (long) count, (long) flags, 0L, 0L), state);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/sendto.2.html">sendto(2)</a>; address 0 is the socket's own peer. */
    public static int sendto(int fd, long data, long length, int flags, long address, int addressLength) {
        MemorySegment state = STATE.get();
        try {
            return result(
                    (int) SENDTO.invokeExact(
                            state, (long) fd, data, length, (long) flags, address, (long) addressLength),
                    state);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/open.2.html">open(2)</a> */
    public static int open(String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            return call(OPEN, arena.allocateFrom(path).address(), flags, 0, 0, 0, 0);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/close.2.html">close(2)</a> */
    public static int close(int fd) {
        return call(CLOSE, fd, 0, 0, 0, 0, 0);
    }

    /** <a href="https://man7.org/linux/man-pages/man2/setns.2.html">setns(2)</a>: moves the calling thread alone. */
    public static int setns(int fd, int namespaceType) {
        return call(SETNS, fd, namespaceType, 0, 0, 0, 0);
    }

    /** <a href="https://man7.org/linux/man-pages/man2/unshare.2.html">unshare(2)</a>: moves the calling thread alone. */
    public static int unshare(int flags) {
        return call(UNSHARE, flags, 0, 0, 0, 0, 0);
    }

    /** <a href="https://man7.org/linux/man-pages/man2/kill.2.html">kill(2)</a>; 0 and less are groups, or all. */
    public static int kill(int pid, int signal) {
        return call(KILL, pid, signal, 0, 0, 0, 0);
    }

    /** For what is called now and then: only a handle that is a constant to its compiler is called without garbage. */
    private static int call(MethodHandle function, long a, long b, long c, long d, long e, long f) {
        MemorySegment state = STATE.get();
        try {
            return result((int) function.invokeExact(state, a, b, c, d, e, f), state);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    private static int result(int returned, MemorySegment state) {
        return returned >= 0 ? returned : -(int) ERRNO.get(state, 0L);
    }

    private static AssertionError unexpected(Throwable t) {
        return new AssertionError("a downcall cannot throw", t);
    }

    private static MethodHandle function(String name) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name), SIX_REGISTERS, Linker.Option.captureCallState("errno"));
    }
}
