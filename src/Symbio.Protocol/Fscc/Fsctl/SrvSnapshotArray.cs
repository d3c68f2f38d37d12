using System.Collections.Immutable;

namespace Symbio.Protocol.Fscc;

/// <summary>SRV_SNAPSHOT_ARRAY, output of FSCTL_SRV_ENUMERATE_SNAPSHOTS, [MS-SMB2] 2.2.32.2.</summary>
/// <param name="NumberOfSnapshots">All that there are.</param>
/// <param name="SnapshotArraySize">
/// Bytes that the tokens take, or would take: a reply without room for them says how much to offer.
/// </param>
/// <param name="Snapshots">@GMT-YYYY.MM.DD-HH.MM.SS tokens that are returned.</param>
public readonly record struct SrvSnapshotArray(
    uint NumberOfSnapshots, uint SnapshotArraySize, ImmutableArray<string> Snapshots) : IInformation<SrvSnapshotArray>
{
    private const int FixedLength = 12;

    /// <summary>The reply that lists all.</summary>
    public static SrvSnapshotArray Of(ImmutableArray<string> snapshots) =>
        new((uint)snapshots.Length, (uint)ArraySize(snapshots), snapshots);

    /// <summary>The reply to a buffer that is too small: it counts and lists none.</summary>
    public static SrvSnapshotArray CountOnly(ImmutableArray<string> snapshots) =>
        new((uint)snapshots.Length, (uint)ArraySize(snapshots), []);

    public static int MinimumLength => 16;

    /// <summary>A reply that lists none still ends in an empty list of 4 bytes: 16 in all.</summary>
    public int Length => Snapshots.IsEmpty ? MinimumLength : FixedLength + ArraySize(Snapshots);

    public static bool TryRead(ref WireReader reader, out SrvSnapshotArray information)
    {
        uint total = reader.ReadUInt32();
        uint returned = reader.ReadUInt32();
        uint size = reader.ReadUInt32();
        var tokens = ImmutableArray.CreateBuilder<string>();
        if (returned > 0)
        {
            string text = reader.ReadUtf16((int)Math.Min(size, int.MaxValue));
            foreach (var range in text.AsSpan().Split('\0'))
            {
                if (!text.AsSpan(range).IsEmpty)
                    tokens.Add(text[range]);
            }

            reader.Expect(tokens.Count == returned);
        }
        else
        {
            reader.Skip(Math.Min(4, reader.Remaining));
        }

        information = new SrvSnapshotArray(total, size, tokens.ToImmutable());
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32(NumberOfSnapshots);
        writer.WriteUInt32((uint)Snapshots.Length);
        writer.WriteUInt32(SnapshotArraySize);
        foreach (string snapshot in Snapshots)
        {
            writer.WriteUtf16(snapshot);
            writer.WriteUInt16(0);
        }

        writer.WriteZeros(Snapshots.IsEmpty ? 4 : 2);
    }

    private static int ArraySize(ImmutableArray<string> snapshots)
    {
        int size = 2; // The empty string that ends the list.
        foreach (string snapshot in snapshots)
            size += (snapshot.Length + 1) * sizeof(char);
        return size;
    }
}
