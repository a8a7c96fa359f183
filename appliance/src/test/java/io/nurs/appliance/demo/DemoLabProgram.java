package io.nurs.appliance.demo;

import java.time.Duration;

/** The lab in a process of its own. Says in its last line what it found. */
public final class DemoLabProgram {
    private DemoLabProgram() {}

    public static void main(String[] arguments) throws Exception {
        try (CloseStack opened = new CloseStack();
                DemoLab lab = DemoLab.create();
                Accounting accounting = Accounting.open(DemoLab.startLoop(opened), lab.router());
                DemoTraffic traffic = DemoTraffic.start(lab, Duration.ofSeconds(1))) {
            traffic.await(progress -> System.out.println(progress));
            System.out.println("equal " + accounting.total().equals(lab.forwarded()) + ", IPv6 " + lab.hasIpv6()
                    + ", NAT " + lab.hasNat());
        }
    }
}
