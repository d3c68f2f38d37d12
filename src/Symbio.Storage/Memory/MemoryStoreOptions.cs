namespace Symbio.Storage.Memory;

/// <summary>What a <see cref="MemoryFileStore"/> is made with; all of it has a default.</summary>
public sealed record MemoryStoreOptions
{
    /// <summary>The clock that file times come from.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>
    /// Bytes that data, reservations and the objects themselves may take; beyond it the store answers DiskFull. Memory
    /// is taken only as it fills. At least 64 KiB.
    /// </summary>
    public ulong CapacityBytes { get; init; } = 4UL << 30;

    /// <summary>The volume's label.</summary>
    public string Label { get; init; } = "Memory";

    /// <summary>What clients see as the file system; some refuse features to names that they do not know.</summary>
    public string FileSystemName { get; init; } = "NTFS";

    /// <summary>Identity of the volume; null draws one. A simulation that a seed replays gives it.</summary>
    public Guid? VolumeId { get; init; }

    /// <summary>The root's descriptor, self-relative; null: Everyone, full control, inherited by all below.</summary>
    public ReadOnlyMemory<byte>? RootSecurityDescriptor { get; init; }

    /// <summary>What an object shows that was made without a descriptor; null: as for the root.</summary>
    public ReadOnlyMemory<byte>? DefaultSecurityDescriptor { get; init; }
}
