using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.Information;

/// <summary>Answers one information class of QUERY_INFO.</summary>
internal delegate ValueTask<NtStatus> QueryInformation(InformationQuery query);

/// <summary>A QUERY_INFO request that has been checked, and the way to answer it.</summary>
internal readonly record struct InformationQuery(RequestContext Context, Open Open, QueryInfoRequest Request)
{
    /// <summary>Bytes that the client takes; bounded by the connection's maximum.</summary>
    public int Limit => (int)Request.OutputBufferLength;

    /// <summary>Attributes, times and sizes. A pipe has none to speak of.</summary>
    public async ValueTask<(NtStatus Status, FileStat Stat)> GetStatAsync()
    {
        if (Open.StoreFile is not { } file)
            return (NtStatus.Success, new FileStat { FileId = Open.FileId.Persistent, LinkCount = 1 });
        (NtStatus status, FileStat stat) = await file.GetStatAsync(CancellationToken.None).ConfigureAwait(false);

        // A named stream is no directory even when the object that it belongs to is one.
        if (file.StreamName.Length > 0)
            stat = stat with { Attributes = stat.Attributes & ~Protocol.Fscc.FileAttributes.Directory };
        return (status, stat);
    }

    /// <summary>Answers with a structure. One that ends in a name is cut where the client's buffer ends.</summary>
    public NtStatus Reply<T>(in T information)
        where T : struct, IInformation<T>
    {
        int length = information.Length;
        if (length > Limit)
        {
            byte[] whole = new byte[length];
            Write(information, whole);
            return Reply(whole);
        }

        Write(information, Context.Response.ReservePayload(QueryInfoResponse.FixedSize, length).Span);
        Commit(length);
        return NtStatus.Success;
    }

    /// <summary>Answers with bytes, as many as the client takes.</summary>
    public NtStatus Reply(ReadOnlySpan<byte> information)
    {
        int length = Math.Min(information.Length, Limit);
        information[..length].CopyTo(Context.Response.ReservePayload(QueryInfoResponse.FixedSize, length).Span);
        Commit(length);
        return length < information.Length ? NtStatus.BufferOverflow : NtStatus.Success;
    }

    /// <summary>Says that the answer has been written into the response frame.</summary>
    public void Commit(int length) => Context.Response.Commit(
        new QueryInfoResponse((uint)length, default), QueryInfoResponse.FixedSize, length);

    private static void Write<T>(in T information, Span<byte> destination)
        where T : struct, IInformation<T>
    {
        var writer = new WireWriter(destination);
        information.Write(ref writer);
    }
}
