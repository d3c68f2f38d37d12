using Symbio.Rpc.Pdu;
using Symbio.Rpc.Runtime;
using Operation = Symbio.Rpc.Runtime.RpcOperation<Symbio.Rpc.Interfaces.Srvsvc.ISrvsvcHost>;

namespace Symbio.Rpc.Interfaces.Srvsvc;

/// <summary>The Server Service, [MS-SRVS]: pipe "srvsvc".</summary>
public static class SrvsvcInterface
{
    /// <summary>The pipe, [MS-SRVS] 2.1.</summary>
    public const string PipeName = "srvsvc";

    internal const ushort NetrShareEnumSticky = 36;

    public static SyntaxId Syntax { get; } = new(new Guid("4b324fc8-1670-01d3-1278-5a47bf6ee188"), 3, 0);

    /// <summary>[MS-SRVS] 3.1.4.</summary>
    internal static Operation[] Operations { get; } =
    [
        Operation.NotSupported(0, "Opnum0NotUsedOnWire"),
        Operation.NotSupported(1, "Opnum1NotUsedOnWire"),
        Operation.NotSupported(2, "Opnum2NotUsedOnWire"),
        Operation.NotSupported(3, "Opnum3NotUsedOnWire"),
        Operation.NotSupported(4, "Opnum4NotUsedOnWire"),
        Operation.NotSupported(5, "Opnum5NotUsedOnWire"),
        Operation.NotSupported(6, "Opnum6NotUsedOnWire"),
        Operation.NotSupported(7, "Opnum7NotUsedOnWire"),
        Operation.For<NetrConnectionEnumRequest, EnumResponse<ConnectionEnumStruct>>(
            8, "NetrConnectionEnum", ConnectionOperations.EnumAsync),
        Operation.For<NetrFileEnumRequest, EnumResponse<FileEnumStruct>>(9, "NetrFileEnum", FileOperations.EnumAsync),
        Operation.For<NetrFileGetInfoRequest, NetrFileGetInfoResponse>(
            10, "NetrFileGetInfo", FileOperations.GetInfoAsync),
        Operation.For<NetrFileCloseRequest, StatusResponse>(11, "NetrFileClose", FileOperations.CloseAsync),
        Operation.For<NetrSessionEnumRequest, EnumResponse<SessionEnumStruct>>(
            12, "NetrSessionEnum", SessionOperations.EnumAsync),
        Operation.For<NetrSessionDelRequest, StatusResponse>(13, "NetrSessionDel", SessionOperations.DelAsync),
        Operation.For<NetrShareAddRequest, ParmErrResponse>(14, "NetrShareAdd", ShareOperations.AddAsync),
        Operation.For<NetrShareEnumRequest, EnumResponse<ShareEnumStruct>>(
            15, "NetrShareEnum", ShareOperations.EnumAsync),
        Operation.For<NetrShareGetInfoRequest, NetrShareGetInfoResponse>(
            16, "NetrShareGetInfo", ShareOperations.GetInfoAsync),
        Operation.For<NetrShareSetInfoRequest, ParmErrResponse>(17, "NetrShareSetInfo", ShareOperations.SetInfoAsync),
        Operation.For<NetrShareDelRequest, StatusResponse>(18, "NetrShareDel", ShareOperations.DelAsync),
        Operation.NotSupported(19, "NetrShareDelSticky"),
        Operation.For<NetrShareCheckRequest, ValueResponse>(20, "NetrShareCheck", ShareOperations.CheckAsync),
        Operation.For<NetrServerGetInfoRequest, NetrServerGetInfoResponse>(
            21, "NetrServerGetInfo", ServerOperations.GetInfoAsync),
        Operation.NotSupported(22, "NetrServerSetInfo"),
        Operation.For<NetrServerDiskEnumRequest, NetrServerDiskEnumResponse>(
            23, "NetrServerDiskEnum", ServerOperations.DiskEnumAsync),
        Operation.For<NetrServerStatisticsGetRequest, NetrServerStatisticsGetResponse>(
            24, "NetrServerStatisticsGet", ServerOperations.StatisticsGetAsync),
        Operation.NotSupported(25, "NetrServerTransportAdd"),
        Operation.NotSupported(26, "NetrServerTransportEnum"),
        Operation.NotSupported(27, "NetrServerTransportDel"),
        Operation.For<ServerNameRequest, NetrRemoteTodResponse>(28, "NetrRemoteTOD", ServerOperations.RemoteTodAsync),
        Operation.NotSupported(29, "Opnum29NotUsedOnWire"),
        Operation.NotSupported(30, "NetprPathType"),
        Operation.NotSupported(31, "NetprPathCanonicalize"),
        Operation.NotSupported(32, "NetprPathCompare"),
        Operation.For<NetprNameRequest, StatusResponse>(33, "NetprNameValidate", NameOperations.ValidateAsync),
        Operation.For<NetprNameCanonicalizeRequest, NetprNameCanonicalizeResponse>(
            34, "NetprNameCanonicalize", NameOperations.CanonicalizeAsync),
        Operation.For<NetprNameCompareRequest, StatusResponse>(35, "NetprNameCompare", NameOperations.CompareAsync),
        Operation.For<NetrShareEnumRequest, EnumResponse<ShareEnumStruct>>(
            NetrShareEnumSticky, "NetrShareEnumSticky", ShareOperations.EnumAsync),
        Operation.NotSupported(37, "NetrShareDelStart"),
        Operation.NotSupported(38, "NetrShareDelCommit"),
        Operation.NotSupported(39, "NetrpGetFileSecurity"),
        Operation.NotSupported(40, "NetrpSetFileSecurity"),
        Operation.NotSupported(41, "NetrServerTransportAddEx"),
        Operation.NotSupported(42, "Opnum42NotUsedOnWire"),
        Operation.NotSupported(43, "NetrDfsGetVersion"),
        Operation.NotSupported(44, "NetrDfsCreateLocalPartition"),
        Operation.NotSupported(45, "NetrDfsDeleteLocalPartition"),
        Operation.NotSupported(46, "NetrDfsSetLocalVolumeState"),
        Operation.NotSupported(47, "Opnum47NotUsedOnWire"),
        Operation.NotSupported(48, "NetrDfsCreateExitPoint"),
        Operation.NotSupported(49, "NetrDfsDeleteExitPoint"),
        Operation.NotSupported(50, "NetrDfsModifyPrefix"),
        Operation.NotSupported(51, "NetrDfsFixLocalVolume"),
        Operation.NotSupported(52, "NetrDfsManagerReportSiteInfo"),
        Operation.NotSupported(53, "NetrServerTransportDelEx"),
        Operation.NotSupported(54, "NetrServerAliasAdd"),
        Operation.NotSupported(55, "NetrServerAliasEnum"),
        Operation.NotSupported(56, "NetrServerAliasDel"),
        Operation.NotSupported(57, "NetrShareDelEx"),
    ];

    public static RpcInterface Create(ISrvsvcHost host) => RpcInterface.Create("srvsvc", Syntax, Operations, host);
}
