package io.nurs.netlink.nflog;

/** The constants of linux/netfilter/nfnetlink_log.h as of kernel 6.18, verbatim. */
public final class NflogAttribute {
    /** linux/netfilter/nfnetlink.h */
    public static final int NFNL_SUBSYS_ULOG = 4;

    // enum nfulnl_msg_types
    public static final int NFULNL_MSG_PACKET = 0;
    public static final int NFULNL_MSG_CONFIG = 1;

    // enum nfulnl_attr_type
    public static final int NFULA_PACKET_HDR = 1;
    public static final int NFULA_MARK = 2;
    public static final int NFULA_TIMESTAMP = 3;
    public static final int NFULA_IFINDEX_INDEV = 4;
    public static final int NFULA_IFINDEX_OUTDEV = 5;
    public static final int NFULA_IFINDEX_PHYSINDEV = 6;
    public static final int NFULA_IFINDEX_PHYSOUTDEV = 7;
    public static final int NFULA_HWADDR = 8;
    public static final int NFULA_PAYLOAD = 9;
    public static final int NFULA_PREFIX = 10;
    public static final int NFULA_UID = 11;
    public static final int NFULA_SEQ = 12;
    public static final int NFULA_SEQ_GLOBAL = 13;
    public static final int NFULA_GID = 14;
    public static final int NFULA_HWTYPE = 15;
    public static final int NFULA_HWHEADER = 16;
    public static final int NFULA_HWLEN = 17;
    public static final int NFULA_CT = 18;
    public static final int NFULA_CT_INFO = 19;
    public static final int NFULA_VLAN = 20;
    public static final int NFULA_L2HDR = 21;

    // enum nfulnl_vlan_attr
    public static final int NFULA_VLAN_PROTO = 1;
    public static final int NFULA_VLAN_TCI = 2;

    // enum nfulnl_msg_config_cmds; a PF_BIND is needed since Linux 3.8 no more
    public static final int NFULNL_CFG_CMD_NONE = 0;
    public static final int NFULNL_CFG_CMD_BIND = 1;
    public static final int NFULNL_CFG_CMD_UNBIND = 2;
    public static final int NFULNL_CFG_CMD_PF_BIND = 3;
    public static final int NFULNL_CFG_CMD_PF_UNBIND = 4;

    // enum nfulnl_attr_config
    public static final int NFULA_CFG_CMD = 1;
    public static final int NFULA_CFG_MODE = 2;
    public static final int NFULA_CFG_NLBUFSIZ = 3;
    public static final int NFULA_CFG_TIMEOUT = 4;
    public static final int NFULA_CFG_QTHRESH = 5;
    public static final int NFULA_CFG_FLAGS = 6;

    public static final int NFULNL_COPY_NONE = 0;
    public static final int NFULNL_COPY_META = 1;
    public static final int NFULNL_COPY_PACKET = 2;

    public static final int NFULNL_CFG_F_SEQ = 0x0001;
    public static final int NFULNL_CFG_F_SEQ_GLOBAL = 0x0002;
    public static final int NFULNL_CFG_F_CONNTRACK = 0x0004;

    private NflogAttribute() {}
}
