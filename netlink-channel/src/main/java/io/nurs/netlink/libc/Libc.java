package io.nurs.netlink.libc;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
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

    private static final MethodHandle SOCKET = downcall("socket", JAVA_INT, JAVA_INT, JAVA_INT);
    private static final MethodHandle BIND = downcall("bind", JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle CONNECT = downcall("connect", JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle GETSOCKNAME = downcall("getsockname", JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle SETSOCKOPT =
            downcall("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle GETSOCKOPT =
            downcall("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle RECVMMSG =
            downcall("recvmmsg", JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle SENDTO =
            downcall("sendto", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT);
    private static final MethodHandle OPEN = downcall("open", JAVA_LONG, JAVA_INT);
    private static final MethodHandle CLOSE = downcall("close", JAVA_INT);
    private static final MethodHandle SETNS = downcall("setns", JAVA_INT, JAVA_INT);
    private static final MethodHandle UNSHARE = downcall("unshare", JAVA_INT);
    private static final MethodHandle KILL = downcall("kill", JAVA_INT, JAVA_INT);

    /** A thread's own place for errno: a socket may be asked from several threads. */
    private static final ThreadLocal<MemorySegment> STATE =
            ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(CALL_STATE));

    private Libc() {}

    /** <a href="https://man7.org/linux/man-pages/man2/socket.2.html">socket(2)</a> */
    public static int socket(int domain, int type, int protocol) {
        MemorySegment state = STATE.get();
        try {
            return result((int) SOCKET.invokeExact(state, domain, type, protocol), state);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/bind.2.html">bind(2)</a> */
    public static int bind(int fd, long address, int addressLength) {
        MemorySegment state = STATE.get();
        try {
            return result((int) BIND.invokeExact(state, fd, address, addressLength), state);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/connect.2.html">connect(2)</a> */
    public static int connect(int fd, long address, int addressLength) {
        MemorySegment state = STATE.get();
        try {
            return result((int) CONNECT.invokeExact(state, fd, address, addressLength), state);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/getsockname.2.html">getsockname(2)</a> */
    public static int getsockname(int fd, long address, long addressLength) {
        MemorySegment state = STATE.get();
        try {
            return result((int) GETSOCKNAME.invokeExact(state, fd, address, addressLength), state);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/setsockopt.2.html">setsockopt(2)</a> */
    public static int setsockopt(int fd, int level, int option, long value, int valueLength) {
        MemorySegment state = STATE.get();
        try {
            return result((int) SETSOCKOPT.invokeExact(state, fd, level, option, value, valueLength), state);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/getsockopt.2.html">getsockopt(2)</a> */
    public static int getsockopt(int fd, int level, int option, long value, long valueLength) {
        MemorySegment state = STATE.get();
        try {
            return result((int) GETSOCKOPT.invokeExact(state, fd, level, option, value, valueLength), state);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/recvmmsg.2.html">recvmmsg(2)</a>, without its timeout. */
    public static int recvmmsg(int fd, long messages, int count, int flags) {
        MemorySegment state = STATE.get();
        try {
            return result((int) RECVMMSG.invokeExact(state, fd, messages, count, flags, 0L), state);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/sendto.2.html">sendto(2)</a>; address 0 is the socket's own peer. */
    public static int sendto(int fd, long data, long length, int flags, long address, int addressLength) {
        MemorySegment state = STATE.get();
        try {
            return result((int) SENDTO.invokeExact(state, fd, data, length, flags, address, addressLength), state);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/open.2.html">open(2)</a> */
    public static int open(String path, int flags) {
        MemorySegment state = STATE.get();
        try (Arena arena = Arena.ofConfined()) {
            long name = arena.allocateFrom(path).address();
            return result((int) OPEN.invokeExact(state, name, flags), state);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/close.2.html">close(2)</a> */
    public static int close(int fd) {
        MemorySegment state = STATE.get();
        try {
            return result((int) CLOSE.invokeExact(state, fd), state);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/setns.2.html">setns(2)</a>: moves the calling thread alone. */
    public static int setns(int fd, int namespaceType) {
        MemorySegment state = STATE.get();
        try {
            return result((int) SETNS.invokeExact(state, fd, namespaceType), state);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/unshare.2.html">unshare(2)</a>: moves the calling thread alone. */
    public static int unshare(int flags) {
        MemorySegment state = STATE.get();
        try {
            return result((int) UNSHARE.invokeExact(state, flags), state);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    /** <a href="https://man7.org/linux/man-pages/man2/kill.2.html">kill(2)</a>; 0 and less are groups, or all. */
    public static int kill(int pid, int signal) {
        MemorySegment state = STATE.get();
        try {
            return result((int) KILL.invokeExact(state, pid, signal), state);
        } catch (Throwable t) {
            throw unexpected(t);
        }
    }

    private static int result(int returned, MemorySegment state) {
        return returned >= 0 ? returned : -(int) ERRNO.get(state, 0L);
    }

    /** All these calls take an int first (or a path's address), return an int and leave errno behind. */
    private static MethodHandle downcall(String name, ValueLayout... arguments) {
        return LINKER.downcallHandle(
                LINKER.defaultLookup().findOrThrow(name),
                FunctionDescriptor.of(JAVA_INT, arguments),
                Linker.Option.captureCallState("errno"));
    }

    private static AssertionError unexpected(Throwable t) {
        return new AssertionError("a downcall cannot throw", t);
    }
}
