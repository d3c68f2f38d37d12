using System.Collections.Immutable;

namespace Symbio.Protocol.Fscc;

/// <summary>FILE_LEVEL_TRIM_RANGE, [MS-FSCC] 2.3.</summary>
public readonly record struct FileLevelTrimRange(ulong Offset, ulong Length);

/// <summary>FILE_LEVEL_TRIM, input of FSCTL_FILE_LEVEL_TRIM, [MS-FSCC] 2.3.</summary>
/// <param name="Key">0 over the network.</param>
public readonly record struct FileLevelTrim(uint Key, ImmutableArray<FileLevelTrimRange> Ranges)
    : IInformation<FileLevelTrim>
{
    private const int RangeLength = 16;

    public static int MinimumLength => 8;

    public int Length => 8 + (Ranges.Length * RangeLength);

    public static bool TryRead(ref WireReader reader, out FileLevelTrim information)
    {
        uint key = reader.ReadUInt32();
        uint count = reader.ReadUInt32();
        reader.Expect(count <= (uint)reader.Remaining / RangeLength);
        var ranges = ImmutableArray.CreateBuilder<FileLevelTrimRange>();
        for (uint i = 0; i < count && reader.IsValid; i++)
        {
            ulong offset = reader.ReadUInt64();
            ranges.Add(new FileLevelTrimRange(offset, reader.ReadUInt64()));
        }

        information = new FileLevelTrim(key, ranges.ToImmutable());
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32(Key);
        writer.WriteUInt32((uint)Ranges.Length);
        foreach (var range in Ranges)
        {
            writer.WriteUInt64(range.Offset);
            writer.WriteUInt64(range.Length);
        }
    }
}
