using System.Collections.Immutable;

namespace Symbio.Protocol.Fscc;

/// <summary>FILE_REGION_INFO, [MS-FSCC] 2.3.</summary>
/// <param name="Usage">FILE_REGION_USAGE_VALID_CACHED_DATA is 1.</param>
public readonly record struct FileRegion(long FileOffset, long Length, uint Usage);

/// <summary>FILE_REGION_OUTPUT, output of FSCTL_QUERY_FILE_REGIONS, [MS-FSCC] 2.3.</summary>
/// <param name="TotalRegionEntryCount">All regions; those in <paramref name="Regions"/> are what fitted.</param>
public readonly record struct FileRegionOutput(
    uint Flags, uint TotalRegionEntryCount, ImmutableArray<FileRegion> Regions)
    : IInformation<FileRegionOutput>
{
    private const int RegionLength = 24;

    public static int MinimumLength => 16;

    public int Length => 16 + (Regions.Length * RegionLength);

    public static bool TryRead(ref WireReader reader, out FileRegionOutput information)
    {
        uint flags = reader.ReadUInt32();
        uint total = reader.ReadUInt32();
        uint count = reader.ReadUInt32();
        reader.Skip(4); // Reserved
        reader.Expect(count <= (uint)reader.Remaining / RegionLength);
        var regions = ImmutableArray.CreateBuilder<FileRegion>();
        for (uint i = 0; i < count && reader.IsValid; i++)
        {
            long offset = reader.ReadInt64();
            long length = reader.ReadInt64();
            regions.Add(new FileRegion(offset, length, reader.ReadUInt32()));
            reader.Skip(4); // Reserved
        }

        information = new FileRegionOutput(flags, total, regions.ToImmutable());
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32(Flags);
        writer.WriteUInt32(TotalRegionEntryCount);
        writer.WriteUInt32((uint)Regions.Length);
        writer.WriteUInt32(0);
        foreach (var region in Regions)
        {
            writer.WriteInt64(region.FileOffset);
            writer.WriteInt64(region.Length);
            writer.WriteUInt32(region.Usage);
            writer.WriteUInt32(0);
        }
    }
}
