using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Interfaces.Srvsvc;

/// <summary>SHARE_ENUM_STRUCT, [MS-SRVS] 2.2.4.38: a level, the union's tag, and a pointer to a container.</summary>
public struct ShareEnumStruct : INdrType
{
    public uint Level;
    public InfoContainer<ShareInfo0>? Level0;
    public InfoContainer<ShareInfo1>? Level1;
    public InfoContainer<ShareInfo2>? Level2;
    public InfoContainer<ShareInfo501>? Level501;
    public InfoContainer<ShareInfo502>? Level502;
    public InfoContainer<ShareInfo503>? Level503;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt32(ref Level);
        ndr.Tag(Level);
        switch (Level)
        {
            case 0: ndr.Pointer(ref Level0); break;
            case 1: ndr.Pointer(ref Level1); break;
            case 2: ndr.Pointer(ref Level2); break;
            case 501: ndr.Pointer(ref Level501); break;
            case 502: ndr.Pointer(ref Level502); break;
            case 503: ndr.Pointer(ref Level503); break;
            default: break; // An empty arm: the handler says ERROR_INVALID_LEVEL.
        }
    }
}

/// <summary>SHARE_INFO, [MS-SRVS] 2.2.3.6: the union of one share's levels.</summary>
public struct ShareInfo : INdrType
{
    public uint Level;
    public ShareInfo0? Level0;
    public ShareInfo1? Level1;
    public ShareInfo2? Level2;
    public ShareInfo501? Level501;
    public ShareInfo502? Level502;
    public ShareInfo503? Level503;
    public ShareInfo1004? Level1004;
    public ShareInfo1005? Level1005;
    public ShareInfo1006? Level1006;
    public ShareInfo1501? Level1501;

    public void Marshal(ref NdrCodec ndr)
    {
        ndr.UInt32(ref Level);
        switch (Level)
        {
            case 0: ndr.Pointer(ref Level0); break;
            case 1: ndr.Pointer(ref Level1); break;
            case 2: ndr.Pointer(ref Level2); break;
            case 501: ndr.Pointer(ref Level501); break;
            case 502: ndr.Pointer(ref Level502); break;
            case 503: ndr.Pointer(ref Level503); break;
            case 1004: ndr.Pointer(ref Level1004); break;
            case 1005: ndr.Pointer(ref Level1005); break;
            case 1006: ndr.Pointer(ref Level1006); break;
            case 1501: ndr.Pointer(ref Level1501); break;
            default: break;
        }
    }
}
