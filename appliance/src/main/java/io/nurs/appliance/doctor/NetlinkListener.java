package io.nurs.appliance.doctor;

import java.util.ArrayList;
import java.util.List;

/**
 * A socket that listens to conntrack, as /proc/net/netlink shows it.
 *
 * @param queued of its receive buffer, in octets
 * @param drops messages that did not fit since it was opened; one that is kept and tried again counts each time
 */
record NetlinkListener(long inode, long queued, long drops) {
    private static final int NETLINK_NETFILTER = 12;
    // NFNLGRP_CONNTRACK_NEW, _UPDATE and _DESTROY are groups 1 to 3, a bit each from 0 on. linux/netfilter/nfnetlink.h
    private static final long CONNTRACK_GROUPS = 0b111;
    private static final int COLUMNS = 10;

    /** Columns: sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode. netlink_native_seq_show */
    static List<NetlinkListener> parse(String table) {
        List<NetlinkListener> listeners = new ArrayList<>();
        for (String line : table.lines().skip(1).toList()) {
            String[] columns = line.strip().split("\\s+", -1);
            if (columns.length >= COLUMNS
                    && Integer.parseInt(columns[1]) == NETLINK_NETFILTER
                    && (Long.parseLong(columns[3], 16) & CONNTRACK_GROUPS) != 0) {
                listeners.add(new NetlinkListener(
                        Long.parseLong(columns[9]), Long.parseLong(columns[4]), Long.parseLong(columns[8])));
            }
        }
        return listeners;
    }
}
