package io.nurs.netlink.nfacct;

/** The constants of linux/netfilter/nfnetlink_acct.h as of kernel 6.18, verbatim. */
public final class NfacctAttribute {
    // linux/netfilter/nfnetlink.h
    public static final int NFNL_SUBSYS_ACCT = 7;
    public static final int NFNLGRP_ACCT_QUOTA = 8;

    /** Octets of a name, the NUL at its end included. */
    public static final int NFACCT_NAME_MAX = 32;

    // enum nfnl_acct_msg_types; NFNL_MSG_ACCT_OVERQUOTA is never sent
    public static final int NFNL_MSG_ACCT_NEW = 0;
    public static final int NFNL_MSG_ACCT_GET = 1;
    public static final int NFNL_MSG_ACCT_GET_CTRZERO = 2;
    public static final int NFNL_MSG_ACCT_DEL = 3;

    // enum nfnl_acct_flags
    public static final int NFACCT_F_QUOTA_PKTS = 1;
    public static final int NFACCT_F_QUOTA_BYTES = 1 << 1;
    /** The kernel's own: refused in a request that makes an object. */
    public static final int NFACCT_F_OVERQUOTA = 1 << 2;

    // enum nfnl_acct_type
    public static final int NFACCT_NAME = 1;
    public static final int NFACCT_PKTS = 2;
    public static final int NFACCT_BYTES = 3;
    public static final int NFACCT_USE = 4;
    public static final int NFACCT_FLAGS = 5;
    public static final int NFACCT_QUOTA = 6;
    public static final int NFACCT_FILTER = 7;

    // enum nfnl_attr_filter_type
    public static final int NFACCT_FILTER_MASK = 1;
    public static final int NFACCT_FILTER_VALUE = 2;

    private NfacctAttribute() {}
}
