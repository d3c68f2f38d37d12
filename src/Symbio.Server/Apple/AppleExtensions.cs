using Symbio.Protocol.Smb2;
using Symbio.Server.Trees;
using Symbio.Storage;

namespace Symbio.Server.Apple;

/// <summary>
/// What clients of macOS are told of Apple's extensions (the create context AAPL). Not offered: kAAPL_SUPPORT_RESOLVE_ID, by which
/// a client asks for the path of a file id. No store can find a file by its number without searching the volume or rights that
/// pass by the folders above it (open_by_handle_at), and the answer would tell names in folders that the user may not enter.
/// </summary>
internal static class AppleExtensions
{
    /// <summary>
    /// The answer to a query; null: the share is without the extensions, and the context is one that the server does not know.
    /// From here on the client takes what the session gets for what it was told.
    /// </summary>
    /// <param name="model">Which picture Finder shows for the server.</param>
    public static AaplServerReply? Answer(TreeConnect tree, AaplServerQuery query, string model)
    {
        Share share = tree.Share;
        if (!share.HasAppleExtensions)
            return null;
        AaplCapabilities server = (query.ClientCapabilities & AaplCapabilities.ReadDirAttr) | AaplCapabilities.OsxCopyfile;
        if ((share.Store.Capabilities & StoreCapabilities.Posix) != 0)
            server |= AaplCapabilities.UnixBased | AaplCapabilities.NfsAce; // Not every client asks for them.
        if ((query.Request & AaplQueries.ServerCapabilities) != 0)
            tree.Session.AppleCapabilities = server;
        const AaplQueries Known =
            AaplQueries.ServerCapabilities | AaplQueries.VolumeCapabilities | AaplQueries.ModelInfo;
        return new AaplServerReply(
            query.Request & Known, server,
            share.IsTimeMachine ? AaplVolumeCapabilities.FullSync : AaplVolumeCapabilities.None, model);
    }
}
