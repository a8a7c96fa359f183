/** The field model (IANA's registry, which is IPFIX's own) and the IPFIX wire. */
module io.nurs.ipfix {
    requires io.netty.codec;
    requires transitive io.netty.buffer;
    requires transitive io.netty.common;
    requires transitive io.netty.transport;
    requires org.jspecify;

    exports io.nurs.flow;
    exports io.nurs.ipfix to
            io.nurs.appliance;
}
