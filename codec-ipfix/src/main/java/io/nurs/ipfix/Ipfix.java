package io.nurs.ipfix;

/** Numbers of RFC 7011 that the encoder and the decoder share. */
final class Ipfix {
    static final int VERSION = 10;

    /** version, length (u16 each), export time, sequence, observation domain (u32 each). §3.1 */
    static final int HEADER_LENGTH = 16;

    static final int LENGTH_OFFSET = 2;
    static final int DOMAIN_OFFSET = 12;

    static final int TEMPLATE_SET = 2;
    static final int OPTIONS_TEMPLATE_SET = 3;

    /** Template id and field count, u16 each; a withdrawal is no more than that. §3.4.1, §8.1 */
    static final int TEMPLATE_HEADER_LENGTH = 4;

    /** Template id, field count, scope field count, u16 each. §3.4.2.2 */
    static final int OPTIONS_TEMPLATE_HEADER_LENGTH = 6;

    /** Element id and length, u16 each. §3.2 */
    static final int FIELD_LENGTH = 4;

    /** The enterprise number, which follows where the id has the {@link #ENTERPRISE_BIT}. */
    static final int ENTERPRISE_LENGTH = 4;

    static final int ENTERPRISE_BIT = 0x8000;

    private Ipfix() {}
}
