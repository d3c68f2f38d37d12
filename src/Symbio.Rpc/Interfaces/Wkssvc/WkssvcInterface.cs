using Symbio.Rpc.Pdu;
using Symbio.Rpc.Runtime;
using Operation = Symbio.Rpc.Runtime.RpcOperation<Symbio.Rpc.Interfaces.Wkssvc.IWkssvcHost>;

namespace Symbio.Rpc.Interfaces.Wkssvc;

/// <summary>The Workstation Service, [MS-WKST]: pipe "wkssvc".</summary>
public static class WkssvcInterface
{
    /// <summary>The pipe, [MS-WKST] 2.1.</summary>
    public const string PipeName = "wkssvc";

    public static SyntaxId Syntax { get; } = new(new Guid("6bffd098-a112-3610-9833-46c3f87e345a"), 1, 0);

    /// <summary>[MS-WKST] 3.2.4.</summary>
    internal static Operation[] Operations { get; } =
    [
        Operation.For<NetrWkstaGetInfoRequest, NetrWkstaGetInfoResponse>(
            0, "NetrWkstaGetInfo", WorkstationOperations.GetInfoAsync),
        Operation.NotSupported(1, "NetrWkstaSetInfo"),
        Operation.For<NetrWkstaUserEnumRequest, EnumResponse<WkstaUserEnumStruct>>(
            2, "NetrWkstaUserEnum", WorkstationOperations.UserEnumAsync),
        Operation.NotSupported(3, "Opnum3NotUsedOnWire"),
        Operation.NotSupported(4, "Opnum4NotUsedOnWire"),
        Operation.NotSupported(5, "NetrWkstaTransportEnum"),
        Operation.NotSupported(6, "NetrWkstaTransportAdd"),
        Operation.NotSupported(7, "NetrWkstaTransportDel"),
        Operation.NotSupported(8, "NetrUseAdd"),
        Operation.NotSupported(9, "NetrUseGetInfo"),
        Operation.NotSupported(10, "NetrUseDel"),
        Operation.NotSupported(11, "NetrUseEnum"),
        Operation.NotSupported(12, "Opnum12NotUsedOnWire"),
        Operation.NotSupported(13, "NetrWorkstationStatisticsGet"),
        Operation.NotSupported(14, "Opnum14NotUsedOnWire"),
        Operation.NotSupported(15, "Opnum15NotUsedOnWire"),
        Operation.NotSupported(16, "Opnum16NotUsedOnWire"),
        Operation.NotSupported(17, "Opnum17NotUsedOnWire"),
        Operation.NotSupported(18, "Opnum18NotUsedOnWire"),
        Operation.NotSupported(19, "Opnum19NotUsedOnWire"),
        Operation.For<NetrGetJoinInformationRequest, NetrGetJoinInformationResponse>(
            20, "NetrGetJoinInformation", JoinOperations.GetJoinInformationAsync),
        Operation.NotSupported(21, "Opnum21NotUsedOnWire"),
        Operation.NotSupported(22, "NetrJoinDomain2"),
        Operation.NotSupported(23, "NetrUnjoinDomain2"),
        Operation.NotSupported(24, "NetrRenameMachineInDomain2"),
        Operation.NotSupported(25, "NetrValidateName2"),
        Operation.NotSupported(26, "NetrGetJoinableOUs2"),
        Operation.NotSupported(27, "NetrAddAlternateComputerName"),
        Operation.NotSupported(28, "NetrRemoveAlternateComputerName"),
        Operation.NotSupported(29, "NetrSetPrimaryComputerName"),
        Operation.For<NetrEnumerateComputerNamesRequest, NetrEnumerateComputerNamesResponse>(
            30, "NetrEnumerateComputerNames", JoinOperations.EnumerateComputerNamesAsync),
    ];

    public static RpcInterface Create(IWkssvcHost host) => RpcInterface.Create("wkssvc", Syntax, Operations, host);
}
