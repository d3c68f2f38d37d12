using Symbio.Protocol.Smb2;
using Symbio.Server.Trees;
using Symbio.Storage;

namespace Symbio.Server.Apple;

/// <summary>What clients of macOS are told of Apple's extensions (the create context AAPL).</summary>
internal static class AppleExtensions
{
    // Which picture Finder shows for the server.
    private const string Model = "Xserve";
    private const string TimeMachineModel = "TimeCapsule8,119";

    /// <summary>
    /// The answer to a query; null: the share is without the extensions, and the context is one that the server does not know.
    /// From here on the client takes listings for what it was told.
    /// </summary>
    public static AaplServerReply? Answer(TreeConnect tree, AaplServerQuery query)
    {
        Share share = tree.Share;
        if (!share.HasAppleExtensions)
            return null;
        AaplCapabilities server = query.ClientCapabilities & AaplCapabilities.ReadDirAttr;
        if ((share.Store.Capabilities & StoreCapabilities.Posix) != 0)
            server |= AaplCapabilities.UnixBased; // Clients never ask for it.
        if ((query.Request & AaplQueries.ServerCapabilities) != 0)
            tree.HasAppleListings = (server & AaplCapabilities.ReadDirAttr) != 0;
        const AaplQueries Known =
            AaplQueries.ServerCapabilities | AaplQueries.VolumeCapabilities | AaplQueries.ModelInfo;
        return new AaplServerReply(
            query.Request & Known, server,
            share.IsTimeMachine ? AaplVolumeCapabilities.FullSync : AaplVolumeCapabilities.None,
            share.IsTimeMachine ? TimeMachineModel : Model);
    }
}
