package io.nurs.appliance.output;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Counts data records in messages of one encoder that come in order: each has the templates it needs, or one before it had. What
 * no template is known of counts as none.
 */
final class SpoolRecords {
    private static final int OPTIONS_TEMPLATE_SET = 3;
    private static final int ENTERPRISE = 0x8000;
    private static final int VARIABLE = 65535;

    /** Octets of each field, by template. */
    private final Map<Integer, int[]> templates = new HashMap<>();

    int count(ByteBuffer message) {
        if (message.getShort(0) == SpoolFrame.NETFLOW5) {
            return Math.min(u16(message, 2), message.limit() / SpoolFrame.NETFLOW5_RECORD);
        }
        boolean ipfix = message.getShort(0) == SpoolFrame.IPFIX;
        // RFC 3954 §5.1 counts templates as well; RFC 7011 §3.1 has no count.
        int records = ipfix ? 0 : u16(message, 2);
        int at = ipfix ? SpoolFrame.IPFIX_HEADER : SpoolFrame.NETFLOW9_HEADER;
        while (at + 4 <= message.limit()) {
            int end = at + u16(message, at + 2);
            if (end < at + 4 || end > message.limit()) {
                break;
            }
            records += ipfix ? ipfixSet(message, at, end) : -SpoolTemplates.countNetflow9(message, at);
            at = end;
        }
        return Math.max(0, records);
    }

    private int ipfixSet(ByteBuffer message, int set, int end) {
        int id = u16(message, set);
        if (id < SpoolTemplates.FIRST_DATA_SET) {
            learn(message, set + 4, end, id == OPTIONS_TEMPLATE_SET ? 6 : 4);
            return 0;
        }
        int[] lengths = templates.get(id);
        int records = 0;
        for (int at = set + 4; lengths != null && at < end; records++) {
            at = recordEnd(message, at, end, lengths);
            if (at > end) {
                // Padding, which is shorter than a record. RFC 7011 §3.3.1
                break;
            }
        }
        return records;
    }

    private void learn(ByteBuffer message, int first, int end, int header) {
        int at = first;
        while (at + header <= end) {
            int id = u16(message, at);
            int[] lengths = lengths(message, at + header, end, u16(message, at + 2));
            if (lengths == null) {
                return;
            }
            templates.put(id, lengths);
            at += header;
            for (int i = 0; i < lengths.length; i++) {
                at += fieldLength(message, at);
            }
        }
    }

    /** Null for what is no template: a withdrawal, or padding. */
    private static int @Nullable [] lengths(ByteBuffer message, int first, int end, int fields) {
        int[] lengths = new int[fields];
        int at = first;
        for (int i = 0; i < fields; i++) {
            if (at + 4 > end) {
                return null;
            }
            lengths[i] = u16(message, at + 2);
            at += fieldLength(message, at);
        }
        return fields == 0 || at > end ? null : lengths;
    }

    private static int fieldLength(ByteBuffer message, int at) {
        return (u16(message, at) & ENTERPRISE) == 0 ? 4 : 8;
    }

    /** Beyond the set's end if there is no whole record. */
    private static int recordEnd(ByteBuffer message, int start, int end, int[] lengths) {
        int at = start;
        for (int length : lengths) {
            if (length != VARIABLE) {
                at += length;
            } else if (at + 3 <= end && Byte.toUnsignedInt(message.get(at)) == 255) {
                at += 3 + u16(message, at + 1);
            } else if (at < end) {
                at += 1 + Byte.toUnsignedInt(message.get(at));
            } else {
                return end + 1;
            }
        }
        // A template of empty fields only would never end.
        return at == start ? end + 1 : at;
    }

    private static int u16(ByteBuffer message, int at) {
        return Short.toUnsignedInt(message.getShort(at));
    }
}
