/** The NetFlow version 9 wire of RFC 3954. */
module io.nurs.netflow9 {
    requires io.netty.codec;
    requires transitive io.nurs.ipfix;
    requires org.jspecify;

    exports io.nurs.netflow9;
}
