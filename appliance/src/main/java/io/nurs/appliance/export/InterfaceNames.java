package io.nurs.appliance.export;

/** The interfaces of a namespace as they are now. */
@FunctionalInterface
public interface InterfaceNames {
    /** Hands over each interface there is. */
    void forEach(Visitor visitor);

    /** Takes one interface: its index, its name, and what its administrator calls it, which may be empty. */
    @FunctionalInterface
    interface Visitor {
        void visit(int index, String name, String description);
    }
}
