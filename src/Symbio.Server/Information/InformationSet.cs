using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.Opens;
using Symbio.Server.Trees;

namespace Symbio.Server.Information;

/// <summary>Sets one information class of SET_INFO from the structure that the client sent.</summary>
internal delegate ValueTask<NtStatus> SetInformation<T>(InformationSet set, T information);

/// <summary>A SET_INFO request that has been checked.</summary>
internal readonly record struct InformationSet(RequestContext Context, Open Open, SetInfoRequest Request)
{
    public TreeConnect Tree => Open.Tree;

    public SecurityToken Token => Open.Session.Identity!.Token;
}
