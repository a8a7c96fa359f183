package io.nurs.netflow9;

/** Numbers of RFC 3954 that the encoder and the decoder share. */
final class Netflow9 {
    static final int VERSION = 9;

    /** version, count (u16 each), sysUptime, unix_secs, sequence, source id (u32 each). §5.1 */
    static final int HEADER_LENGTH = 20;

    static final int SOURCE_ID_OFFSET = 16;

    /** Sets begin at multiples of four octets. §5.3 */
    static final int ALIGNMENT = 4;

    /** Id and length, u16 each. §5.2 */
    static final int SET_HEADER_LENGTH = 4;

    static final int TEMPLATE_SET = 0;
    static final int OPTIONS_TEMPLATE_SET = 1;

    /** 2-255 are reserved, from here on the id is a template's. */
    static final int MIN_DATA_SET = 256;

    /** Template id and field count, u16 each. §5.2 */
    static final int TEMPLATE_HEADER_LENGTH = 4;

    /** Template id, scope length, option length in octets, u16 each. §6.1 */
    static final int OPTIONS_TEMPLATE_HEADER_LENGTH = 6;

    /** Type and length, u16 each. */
    static final int FIELD_LENGTH = 4;

    private Netflow9() {}
}
