/** The wires of NetFlow version 9, RFC 3954, and of version 5. */
module io.nurs.netflow9 {
    requires io.netty.codec;
    requires transitive io.nurs.ipfix;
    requires org.jspecify;

    exports io.nurs.netflow5;
    exports io.nurs.netflow9;
}
