package io.nurs.netlink;

import java.io.IOException;

/** What a system call or the kernel's answer to a netlink request refused, and with which errno. */
public final class Errno extends IOException {
    public static final int EPERM = 1;
    public static final int ENOENT = 2;
    public static final int ESRCH = 3;
    public static final int EINTR = 4;
    public static final int EAGAIN = 11;
    public static final int EACCES = 13;
    public static final int EBUSY = 16;
    public static final int EEXIST = 17;
    public static final int ENODEV = 19;
    public static final int EINVAL = 22;
    public static final int EPROTONOSUPPORT = 93;
    public static final int EOPNOTSUPP = 95;
    public static final int EAFNOSUPPORT = 97;
    public static final int ENOBUFS = 105;

    private static final long serialVersionUID = 1;

    private final int number;

    /** @param number a positive errno */
    public Errno(String what, int number) {
        super(what + ": " + describe(number));
        this.number = number;
    }

    /** Returns {@code result}, or throws when it is a negative errno. */
    static int check(String what, int result) throws Errno {
        if (result < 0) {
            throw new Errno(what, -result);
        }
        return result;
    }

    /** The positive errno. */
    public int number() {
        return number;
    }

    private static String describe(int number) {
        return switch (number) {
            case EPERM -> "operation not permitted (EPERM)";
            case ENOENT -> "no such entry (ENOENT)";
            case ESRCH -> "no such process (ESRCH)";
            case EINTR -> "interrupted (EINTR)";
            case EAGAIN -> "try again (EAGAIN)";
            case EACCES -> "permission denied (EACCES)";
            case EBUSY -> "busy (EBUSY)";
            case EEXIST -> "exists already (EEXIST)";
            case ENODEV -> "no such device (ENODEV)";
            case EINVAL -> "invalid argument (EINVAL)";
            case EPROTONOSUPPORT -> "protocol not supported (EPROTONOSUPPORT)";
            case EOPNOTSUPP -> "operation not supported (EOPNOTSUPP)";
            case EAFNOSUPPORT -> "address family not supported (EAFNOSUPPORT)";
            case ENOBUFS -> "no buffer space (ENOBUFS)";
            default -> "errno " + number;
        };
    }
}
