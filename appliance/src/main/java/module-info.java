import ch.qos.logback.classic.spi.Configurator;
import io.nurs.appliance.log.LogDefaults;

/** The only place where the kernel's, IANA's and the operator's vocabularies meet. */
module io.nurs.appliance {
    requires ch.qos.logback.classic;
    requires ch.qos.logback.core;
    requires io.nurs.netlink;
    requires io.netty.transport.classes.epoll;
    requires io.nurs.ipfix;
    requires io.nurs.netflow9;
    requires info.picocli;
    requires io.netty.buffer;
    requires io.netty.codec;
    requires io.netty.codec.compression;
    requires io.netty.codec.http;
    requires io.netty.common;
    requires io.netty.handler;
    requires io.netty.transport;
    requires io.netty.transport.classes.io_uring;
    requires io.netty.transport.unix.common;
    requires jdk.unsupported;
    requires micrometer.core;
    requires micrometer.registry.prometheus;
    requires tools.jackson.core;
    requires org.slf4j;
    requires org.snakeyaml.engine;
    requires org.jspecify;

    opens io.nurs.appliance.command to
            info.picocli;

    provides Configurator with
            LogDefaults;
}
