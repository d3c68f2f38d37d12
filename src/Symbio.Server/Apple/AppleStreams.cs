using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Server.Trees;
using Symbio.Storage;

namespace Symbio.Server.Apple;

/// <summary>
/// Which streams follow Apple's rules: on a share with Apple's extensions AFP_AfpInfo and AFP_Resource, whoever opens them; and
/// all for a client that has asked for the extensions, for which a stream of no bytes is the same as none.
/// </summary>
internal static class AppleStreams
{
    /// <summary>The stream, whether it is there or not; null: an ordinary one. What is returned owns the file.</summary>
    public static AppleStream? Of(TreeConnect tree, IStoreFile file, string name)
    {
        if (Of(tree.Share, file, name) is { } known)
            return known;
        return tree.IsApple && name.Length > 0 ? new AppleStream(file, name) : null;
    }

    /// <summary>As it is for every client of the share.</summary>
    public static AppleStream? Of(Share share, IStoreFile file, string name)
    {
        if (!share.HasAppleExtensions)
            return null;
        if (NameComparer.Equals(name, AfpInfo.StreamName))
            return new AfpInfoStream(file);
        return NameComparer.Equals(name, AfpInfo.ResourceName) ? new ResourceForkStream(file) : null;
    }

    /// <summary>Those streams of a file that the client is told of.</summary>
    public static async ValueTask<IReadOnlyList<StoreStream>> SelectAsync(
        TreeConnect tree, IStoreFile file, IReadOnlyList<StoreStream> streams)
    {
        if (!tree.Share.HasAppleExtensions || streams.Count == 0)
            return streams;
        var shown = new List<StoreStream>(streams.Count);
        foreach (StoreStream stream in streams)
        {
            bool isInfo = NameComparer.Equals(stream.Name, AfpInfo.StreamName);
            bool isFork = NameComparer.Equals(stream.Name, AfpInfo.ResourceName);
            if (stream.EndOfFile == 0 && (isFork || tree.IsApple))
                continue;
            if (!isInfo || AfpInfo.IsWorthKeeping(await ReadInfoAsync(file, stream.Name).ConfigureAwait(false)))
                shown.Add(stream);
        }

        return shown;
    }

    /// <summary>What is kept in AFP_AfpInfo; empty when that cannot be read.</summary>
    public static async ValueTask<byte[]> ReadInfoAsync(IStoreFile file, string name)
    {
        (NtStatus status, IStoreFile? stream) = await file
            .OpenStreamAsync(name, create: false, StoreAccess.Read, CancellationToken.None).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return [];
        await using (stream!.ConfigureAwait(false))
        {
            byte[] content = new byte[AfpInfo.Length];
            (status, int count) = await stream!.ReadAsync(0, content, CancellationToken.None).ConfigureAwait(false);
            return status.IsError ? [] : content[..count];
        }
    }
}
