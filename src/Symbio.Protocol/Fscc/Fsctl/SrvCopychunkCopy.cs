using System.Collections.Immutable;

namespace Symbio.Protocol.Fscc;

/// <summary>The 24 opaque bytes that name a copy's source, [MS-SMB2] 2.2.32.3.</summary>
public readonly record struct ResumeKey(ulong First, ulong Second, ulong Third)
{
    public static ResumeKey Read(ref WireReader reader)
    {
        ulong first = reader.ReadUInt64();
        ulong second = reader.ReadUInt64();
        return new ResumeKey(first, second, reader.ReadUInt64());
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt64(First);
        writer.WriteUInt64(Second);
        writer.WriteUInt64(Third);
    }
}

/// <summary>SRV_COPYCHUNK, [MS-SMB2] 2.2.31.1.1.</summary>
public readonly record struct SrvCopychunk(ulong SourceOffset, ulong TargetOffset, uint Length);

/// <summary>SRV_COPYCHUNK_COPY, input of FSCTL_SRV_COPYCHUNK and _WRITE, [MS-SMB2] 2.2.31.1.</summary>
public readonly record struct SrvCopychunkCopy(ResumeKey SourceKey, ImmutableArray<SrvCopychunk> Chunks)
    : IInformation<SrvCopychunkCopy>
{
    private const int FixedLength = 32;
    private const int ChunkLength = 24;

    public static int MinimumLength => FixedLength;

    public int Length => FixedLength + (Chunks.Length * ChunkLength);

    public static bool TryRead(ref WireReader reader, out SrvCopychunkCopy information)
    {
        var key = ResumeKey.Read(ref reader);
        uint count = reader.ReadUInt32();
        reader.Skip(4); // Reserved
        reader.Expect(count <= (uint)reader.Remaining / ChunkLength);
        var chunks = ImmutableArray.CreateBuilder<SrvCopychunk>();
        for (uint i = 0; i < count && reader.IsValid; i++)
        {
            ulong source = reader.ReadUInt64();
            ulong target = reader.ReadUInt64();
            chunks.Add(new SrvCopychunk(source, target, reader.ReadUInt32()));
            reader.Skip(4); // Reserved
        }

        information = new SrvCopychunkCopy(key, chunks.ToImmutable());
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        SourceKey.Write(ref writer);
        writer.WriteUInt32((uint)Chunks.Length);
        writer.WriteUInt32(0);
        foreach (var chunk in Chunks)
        {
            writer.WriteUInt64(chunk.SourceOffset);
            writer.WriteUInt64(chunk.TargetOffset);
            writer.WriteUInt32(chunk.Length);
            writer.WriteUInt32(0);
        }
    }
}
