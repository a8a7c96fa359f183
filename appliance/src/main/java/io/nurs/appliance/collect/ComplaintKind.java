package io.nurs.appliance.collect;

import java.util.Locale;

/** What an exporter may do wrong, and where it is asked otherwise. {@code appliance/docs/collect.md} explains each. */
public enum ComplaintKind {
    NOT_A_MESSAGE("RFC 3954 §5.1", "RFC 7011 §3.1"),
    STREAM("RFC 3954 §5", "RFC 7011 §3.1"),
    MESSAGE_LENGTH("RFC 3954 §5.1", "RFC 7011 §3.1"),
    TRUNCATED("RFC 3954 §5.2", "RFC 7011 §3.3"),
    SET_LENGTH("RFC 3954 §5.2", "RFC 7011 §3.3.2"),
    RESERVED_SET("RFC 3954 §5.2", "RFC 7011 §3.3.2"),
    SPLIT_SET("RFC 3954 §5.3", "RFC 7011 §3.3.1"),
    PADDING("RFC 3954 §5.3", "RFC 7011 §3.3.1"),
    COUNT("RFC 3954 §5.1", "RFC 7011 §3.1"),
    SEQUENCE("RFC 3954 §5.1", "RFC 7011 §3.1"),
    TEMPLATE("RFC 3954 §5.2, §6.1", "RFC 7011 §3.4.1, §3.4.2"),
    TEMPLATE_CHANGED("RFC 3954 §7", "RFC 7011 §8.1"),
    TEMPLATE_LIMIT("--max-templates, --max-fields", "--max-templates, --max-fields"),
    VALUE_LIMIT("a limit of this collector", "a limit of this collector"),
    TEMPLATE_NOT_REPEATED("RFC 3954 §7", "RFC 7011 §8.4"),
    UNKNOWN_TEMPLATE("RFC 3954 §7, §9", "RFC 7011 §8"),
    DATA_BEFORE_TEMPLATE("RFC 3954 §9", "RFC 7011 §8"),
    WITHDRAWAL("RFC 3954 §7", "RFC 7011 §8.1, §8.4"),
    RECORD("RFC 3954 §5.3", "RFC 7011 §7"),
    FIELD_LENGTH("RFC 3954 §8", "RFC 7011 §6.1, §6.2"),
    NAT_EVENT("RFC 8158", "RFC 8158"),
    BIFLOW("RFC 5103", "RFC 5103 §4"),
    BOOT("RFC 3954 §5.1, §8", "IANA elements 21, 22, 160"),
    START_AFTER_END("RFC 3954 §8", "IANA elements 150-157"),
    TIME("RFC 3954 §5.1, §8", "RFC 7011 §3.1, §6.1");

    /** It has no sections with numbers. */
    private static final String NETFLOW5_RULE = "Cisco, NetFlow Export Datagram Format";

    private final String netflow9Rule;
    private final String ipfixRule;

    ComplaintKind(String netflow9Rule, String ipfixRule) {
        this.netflow9Rule = netflow9Rule;
        this.ipfixRule = ipfixRule;
    }

    /** The section that asks otherwise. */
    public String rule(int version) {
        return switch (version) {
            case Version.NETFLOW5 -> NETFLOW5_RULE;
            case Version.NETFLOW9 -> netflow9Rule;
            default -> ipfixRule;
        };
    }

    /** Its name in output: {@code field-length}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
