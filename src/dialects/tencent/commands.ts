/** The commands of the catalogue by service; `commands.test.ts` holds them against it. */
const services: Record<string, string> = {
  im_open_login_svc: 'account_import multiaccount_import account_delete account_check kick',
  openim: `
    query_online_status querystate modify_group_msg sendmsg batchsendmsg importmsg admin_getroammsg
    admin_msgwithdraw admin_set_msg_read get_c2c_unread_msg_num modify_c2c_msg c2c_msg_read_receipt
    delete_c2c_msg_ramble`,
  im_msg_audit_mgr: `
    add_local_audit_keywords delete_local_audit_keywords get_local_audit_keywords get_cloud_audit_keywords_ids
    get_cloud_audit_keywords add_cloud_audit_keywords delete_cloud_audit_keywords`,
  im_msg_audit: 'content_moderation batch_content_moderation',
  follow: 'follow_add follow_delete follow_get follow_check follow_get_info',
  openconfigsvr: 'setnospeaking getnospeaking getappinfo',
  group_open_http_svc: `
    get_appid_group_list create_group get_group_info get_group_member_info modify_group_base_info
    add_group_member delete_group_member modify_group_member_info destroy_group get_joined_group_list
    get_role_in_group forbid_send_msg get_group_muted_account get_group_shutted_uin send_group_msg
    send_group_system_notification send_broadcast_msg group_msg_recall delete_group_msg_by_sender
    group_msg_get_simple change_group_owner import_group import_group_msg import_group_member set_unread_msg_num
    get_online_member_num ban_group_member unban_group_member get_group_ban_member modify_group_attr
    set_group_attr clear_group_attr get_group_counter update_group_counter delete_group_counter
    get_group_msg_receipt get_group_msg_receipt_detail import_topic get_specified_group_member_info
    group_msg_receipt clear_group_msg create_permission_group add_topic_permission_group
    set_topic_permission_group get_topic_permission_group`,
  group_open_avchatroom_http_svc: 'get_members modify_user_info modify_admin get_admin_list check_members',
  group_open_attr_http_svc: 'get_group_attr',
  openim_msg_ext_http_svc: 'group_set_key_values group_get_key_values set_key_values get_key_values',
  million_group_open_http_svc: 'create_topic destroy_topic modify_topic get_topic',
  official_account_open_http_svc: `
    create_official_account destroy_official_account modify_official_account_base_info get_official_account_info
    add_subscriber delete_subscriber modify_subscriber_info get_subscriber_info
    get_subscribed_official_account_list send_official_account_msg official_account_msg_recall
    official_account_msg_get_simple`,
  open_msg_svc: 'get_history',
  ConfigSvc: 'GetIPList',
  im_cos_msg: 'forbid_illegal_object allow_banned_object get_cos_sig',
  profile: 'portrait_set portrait_get',
  all_member_push: `
    im_push im_set_attr_name im_get_attr_name im_set_attr im_get_attr im_remove_attr im_add_tag im_get_tag
    im_remove_tag im_remove_all_tags`,
  recentcontact: `
    get_list delete create_contact_group del_contact_group update_contact_group search_contact_group
    mark_contact get_contact_group`,
  openim_robot_http_svc: 'create_robot delete_robot get_all_robots send_stream_msg',
  sns: `
    friend_add friend_import friend_update friend_delete friend_delete_all friend_check friend_get
    friend_get_list black_list_add black_list_delete black_list_get black_list_check group_add group_delete
    group_get`,
  timpush: 'batch push set_attr_name set_attr get_attr remove_tag clear_all_tags revoke',
}

const known = new Set(
  Object.entries(services).flatMap(([service, names]) =>
    names
      .trim()
      .split(/\s+/)
      .map(name => `${service}/${name}`),
  ),
)

/** Calls per second and app that differ from the usual. */
const rates: Record<string, number> = {
  'im_open_login_svc/multiaccount_import': 100,
  'im_open_login_svc/account_delete': 100,
  'im_open_login_svc/account_check': 100,
  'group_open_http_svc/get_appid_group_list': 1,
  'group_open_http_svc/send_broadcast_msg': 1,
  'open_msg_svc/get_history': 10,
  'all_member_push/im_set_attr_name': 100,
  'all_member_push/im_get_attr_name': 100,
  'all_member_push/im_set_attr': 100,
  'all_member_push/im_get_attr': 100,
  'all_member_push/im_remove_attr': 100,
  'all_member_push/im_add_tag': 100,
  'all_member_push/im_get_tag': 100,
  'all_member_push/im_remove_tag': 100,
  'all_member_push/im_remove_all_tags': 100,
  'timpush/set_attr_name': 100,
  'timpush/remove_tag': 100,
}

/** KB of body, for the commands that carry messages. */
const sizes: Record<string, number> = {
  'group_open_http_svc/send_group_msg': 12,
  'group_open_http_svc/send_broadcast_msg': 12,
  'group_open_http_svc/import_group_msg': 12,
  'openim/sendmsg': 12,
  'openim/batchsendmsg': 12,
  'openim/importmsg': 12,
}

/** Whether the vendor has this command, offered here or not. */
export function isCommand(key: string): boolean {
  return known.has(key)
}

/** How many calls of a command an app may make in a second. */
export function rateOf(key: string): number {
  return rates[key] ?? 200
}

/** How many bytes the body of a command may have; undefined where only the server's own limit holds. */
export function bodyLimitOf(key: string): number | undefined {
  const size = sizes[key]
  return size && size * 1024
}

/** All commands, for the comparison with the catalogue. */
export function allCommands(): string[] {
  return [...known]
}
