package io.nurs.netlink.nfacct;

/**
 * What one {@link NfacctMessage} said, as a value that outlives it.
 *
 * @param bytes of the packets, IP header included
 * @param uses rules that feed it
 * @param flags {@code NFACCT_F_*}
 * @param quota packets or bytes, as the flags say; 0 if it has none
 */
public record NfacctObject(String name, long packets, long bytes, int uses, int flags, long quota) {}
