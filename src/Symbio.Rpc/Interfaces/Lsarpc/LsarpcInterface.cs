using Symbio.Protocol;
using Symbio.Rpc.Pdu;
using Symbio.Rpc.Runtime;
using Operation = Symbio.Rpc.Runtime.RpcOperation<Symbio.Rpc.Interfaces.Lsarpc.ILsaHost>;

namespace Symbio.Rpc.Interfaces.Lsarpc;

/// <summary>The Local Security Authority, [MS-LSAD] and [MS-LSAT], one interface in two documents: pipe "lsarpc".</summary>
public static class LsarpcInterface
{
    /// <summary>The pipe, [MS-LSAT] 2.1.</summary>
    public const string PipeName = "lsarpc";

    /// <summary>The pipe's other name on Windows, which some clients open.</summary>
    public const string PipeAlias = "lsass";

    public static SyntaxId Syntax { get; } = new(new Guid("12345778-1234-abcd-ef00-0123456789ab"), 0, 0);

    /// <summary>[MS-LSAD] 3.1.4 and [MS-LSAT] 3.1.4.</summary>
    internal static Operation[] Operations { get; } =
    [
        Operation.For<HandleRequest, HandleResponse>(0, "LsarClose", PolicyOperations.CloseAsync),
        Operation.NotSupported(1, "Opnum1NotUsedOnWire"),
        Operation.NotSupported(2, "LsarEnumeratePrivileges"),
        Operation.NotSupported(3, "LsarQuerySecurityObject"),
        Operation.NotSupported(4, "LsarSetSecurityObject"),
        Operation.NotSupported(5, "Opnum5NotUsedOnWire"),
        Operation.For<LsarOpenPolicyRequest, HandleResponse>(6, "LsarOpenPolicy", PolicyOperations.OpenPolicyAsync),
        Operation.For<LsarQueryInformationPolicyRequest, LsarQueryInformationPolicyResponse>(
            7, "LsarQueryInformationPolicy", PolicyOperations.QueryInformationAsync),
        Operation.NotSupported(8, "LsarSetInformationPolicy"),
        Operation.NotSupported(9, "Opnum9NotUsedOnWire"),
        Operation.NotSupported(10, "LsarCreateAccount"),
        Operation.For<LsarEnumerateRequest, EnumerateResponse<SidInformation>>(
            11, "LsarEnumerateAccounts", AccountOperations.EnumerateAccountsAsync),
        Operation.NotSupported(12, "LsarCreateTrustedDomain"),
        Operation.For<LsarEnumerateRequest, EnumerateResponse<TrustInformation>>(
            13, "LsarEnumerateTrustedDomains", AccountOperations.EnumerateTrustedDomainsAsync),
        Operation.For<LsarLookupNamesRequest, LookupNamesResponse<TranslatedSid>>(
            14, "LsarLookupNames", LookupNamesOperations.LookupNamesAsync),
        Operation.For<LsarLookupSidsRequest, LookupSidsResponse<TranslatedName>>(
            15, "LsarLookupSids", LookupSidsOperations.LookupSidsAsync),
        Operation.NotSupported(16, "LsarCreateSecret"),
        Operation.NotSupported(17, "LsarOpenAccount"),
        Operation.NotSupported(18, "LsarEnumeratePrivilegesAccount"),
        Operation.NotSupported(19, "LsarAddPrivilegesToAccount"),
        Operation.NotSupported(20, "LsarRemovePrivilegesFromAccount"),
        Operation.NotSupported(21, "Opnum21NotUsedOnWire"),
        Operation.NotSupported(22, "Opnum22NotUsedOnWire"),
        Operation.NotSupported(23, "LsarGetSystemAccessAccount"),
        Operation.NotSupported(24, "LsarSetSystemAccessAccount"),
        Operation.NotSupported(25, "LsarOpenTrustedDomain"),
        Operation.NotSupported(26, "LsarQueryInfoTrustedDomain"),
        Operation.NotSupported(27, "LsarSetInformationTrustedDomain"),
        Operation.NotSupported(28, "LsarOpenSecret"),
        Operation.NotSupported(29, "LsarSetSecret"),
        Operation.NotSupported(30, "LsarQuerySecret"),
        Operation.NotSupported(31, "LsarLookupPrivilegeValue"),
        Operation.NotSupported(32, "LsarLookupPrivilegeName"),
        Operation.NotSupported(33, "LsarLookupPrivilegeDisplayName"),
        Operation.NotSupported(34, "LsarDeleteObject"),
        Operation.NotSupported(35, "LsarEnumerateAccountsWithUserRight"),
        Operation.NotSupported(36, "LsarEnumerateAccountRights"),
        Operation.NotSupported(37, "LsarAddAccountRights"),
        Operation.NotSupported(38, "LsarRemoveAccountRights"),
        Operation.NotSupported(39, "LsarQueryTrustedDomainInfo"),
        Operation.NotSupported(40, "LsarSetTrustedDomainInfo"),
        Operation.NotSupported(41, "LsarDeleteTrustedDomain"),
        Operation.NotSupported(42, "LsarStorePrivateData"),
        Operation.NotSupported(43, "LsarRetrievePrivateData"),
        Operation.For<LsarOpenPolicy2Request, HandleResponse>(44, "LsarOpenPolicy2", PolicyOperations.OpenPolicy2Async),
        Operation.For<LsarGetUserNameRequest, LsarGetUserNameResponse>(
            45, "LsarGetUserName", AccountOperations.GetUserNameAsync),
        Operation.For<LsarQueryInformationPolicyRequest, LsarQueryInformationPolicyResponse>(
            46, "LsarQueryInformationPolicy2", PolicyOperations.QueryInformationAsync),
        Operation.NotSupported(47, "LsarSetInformationPolicy2"),
        Operation.NotSupported(48, "LsarQueryTrustedDomainInfoByName"),
        Operation.NotSupported(49, "LsarSetTrustedDomainInfoByName"),
        Operation.For<LsarEnumerateRequest, EnumerateResponse<TrustInformation>>(
            50, "LsarEnumerateTrustedDomainsEx", AccountOperations.EnumerateTrustedDomainsAsync),
        Operation.NotSupported(51, "LsarCreateTrustedDomainEx"),
        Operation.NotSupported(52, "Opnum52NotUsedOnWire"),
        Operation.NotSupported(53, "LsarQueryDomainInformationPolicy"),
        Operation.NotSupported(54, "LsarSetDomainInformationPolicy"),
        Operation.NotSupported(55, "LsarOpenTrustedDomainByName"),
        Operation.NotSupported(56, "Opnum56NotUsedOnWire"),
        Operation.For<LsarLookupSids2Request, LookupSidsResponse<TranslatedNameEx>>(
            57, "LsarLookupSids2", LookupSidsOperations.LookupSids2Async),
        Operation.For<LsarLookupNames2Request<TranslatedSidEx>, LookupNamesResponse<TranslatedSidEx>>(
            58, "LsarLookupNames2", LookupNamesOperations.LookupNames2Async),
        Operation.NotSupported(59, "LsarCreateTrustedDomainEx2"),
        Operation.NotSupported(60, "Opnum60NotUsedOnWire"),
        Operation.NotSupported(61, "Opnum61NotUsedOnWire"),
        Operation.NotSupported(62, "Opnum62NotUsedOnWire"),
        Operation.NotSupported(63, "Opnum63NotUsedOnWire"),
        Operation.NotSupported(64, "Opnum64NotUsedOnWire"),
        Operation.NotSupported(65, "Opnum65NotUsedOnWire"),
        Operation.NotSupported(66, "Opnum66NotUsedOnWire"),
        Operation.NotSupported(67, "Opnum67NotUsedOnWire"),
        Operation.For<LsarLookupNames2Request<TranslatedSidEx2>, LookupNamesResponse<TranslatedSidEx2>>(
            68, "LsarLookupNames3", LookupNamesOperations.LookupNames3Async),
        Operation.NotSupported(69, "Opnum69NotUsedOnWire"),
        Operation.NotSupported(70, "Opnum70NotUsedOnWire"),
        Operation.NotSupported(71, "Opnum71NotUsedOnWire"),
        Operation.NotSupported(72, "Opnum72NotUsedOnWire"),
        Operation.NotSupported(73, "LsarQueryForestTrustInformation"),
        Operation.NotSupported(74, "LsarSetForestTrustInformation"),
        Operation.NotSupported(75, "Opnum75NotUsedOnWire"),
        Operation.For<LsarLookupSids3Request, LookupSidsResponse<TranslatedNameEx>>(
            76, "LsarLookupSids3", LookupSidsOperations.LookupSids3Async),
        Operation.For<LsarLookupNames4Request, LookupNamesResponse<TranslatedSidEx2>>(
            77, "LsarLookupNames4", LookupNamesOperations.LookupNames4Async),
    ];

    public static RpcInterface Create(ILsaHost host) => RpcInterface.Create("lsarpc", Syntax, Operations, host);

    /// <summary>[MS-LSAT] 3.1.4.8 and 3.1.4.9: what the calls without a policy handle ask of their connection.</summary>
    internal static bool IsSecureChannel(RpcCall call) =>
        call.AuthType == AuthType.Netlogon && call.AuthLevel >= AuthLevel.PktIntegrity;

    /// <summary>STATUS_SUCCESS, STATUS_SOME_NOT_MAPPED or STATUS_NONE_MAPPED.</summary>
    internal static NtStatus TranslationStatus(uint mapped, int count) =>
        mapped == count ? NtStatus.Success : mapped == 0 ? NtStatus.NoneMapped : NtStatus.SomeNotMapped;
}
